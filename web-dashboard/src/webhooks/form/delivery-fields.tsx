import { NumberInput, Radio, Stack, Switch, Text } from '@mantine/core';
import { useId } from 'react';
import { UnitInput } from '../../forms/unit-input';
import type { EndpointForm } from './use-endpoint-form';

/** How requests are made: how many events in one, in which order, and how long is waited. */
export function DeliveryFields({ form, isNew }: { form: EndpointForm; isNew: boolean }) {
  const batchingId = useId();
  return (
    <>
      <div>
        <Switch
          label="Batching"
          aria-describedby={batchingId}
          {...form.getInputProps('batching', { type: 'checkbox' })}
        />
        {/* Not the switch's own description: that would become part of its name. */}
        <Text id={batchingId} fz="xs" c="dimmed" pl={50} mt={2}>
          Collects events for a quarter of a second and sends up to 100 in one request. Off: one event per request.
        </Text>
      </div>
      <Radio.Group label="Order" {...form.getInputProps('order')}>
        <Stack gap={10} mt={8}>
          <Radio
            value="strict"
            label="Strict"
            description="A batch that fails is tried again for 72 hours, and everything behind it waits. Nothing ever arrives out of order."
          />
          <Radio
            value="relaxed"
            label="Relaxed"
            description="A batch that failed 12 times is set aside as a dead letter, and what is behind it goes on. You can replay it later."
          />
        </Stack>
      </Radio.Group>
      {isNew && (
        <NumberInput
          label="Lanes"
          description="1 keeps all events in one order. More, up to 16, deliver side by side: order is then kept per channel, and one failing batch stops its own lane only. It cannot be changed later."
          maw={420}
          min={1}
          max={16}
          clampBehavior="none"
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('lanes')}
        />
      )}
      <UnitInput
        label="Timeout"
        description="How long your server may take to answer: 1,000 to 30,000 ms."
        unit="ms"
        maw={420}
        {...form.getInputProps('timeout_ms')}
      />
    </>
  );
}
