import { Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { jsonFault } from './json-fault';

/** The part of a form that says what is sent: fields `name` and `data`. */
export function EventFields<T extends { name: string; data: string }>({ form }: { form: UseFormReturnType<T> }) {
  return (
    <>
      <TextInput
        label="Event name"
        placeholder="order-placed"
        autoComplete="off"
        spellCheck={false}
        required
        {...form.getInputProps('name')}
      />
      <Textarea
        label="Data"
        description="JSON. Subscribers get it as it stands here."
        rows={9}
        resize="vertical"
        spellCheck={false}
        required
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        {...form.getInputProps('data')}
      />
    </>
  );
}

/** Messages beside the fields for what is missing or no JSON. */
export function eventFaults({ name, data }: { name: string; data: string }): Record<string, string> {
  const faults: Record<string, string> = {};
  if (name.trim() === '') faults.name = 'Name the event.';
  const fault = jsonFault(data);
  if (fault !== null) faults.data = fault;
  return faults;
}
