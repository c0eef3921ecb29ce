import { Checkbox, SimpleGrid, Stack, Text } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { EVENT_TYPE_GROUPS, EVENT_TYPE_MEANINGS } from './event-types';

interface EventTypeFieldProps {
  value?: string[];
  onChange: (value: string[]) => void;
  error?: ReactNode;
}

export function EventTypeField(props: EventTypeFieldProps) {
  return (
    <Checkbox.Group label="Event types" {...props}>
      <Stack gap="md" mt={10} mb={6}>
        {EVENT_TYPE_GROUPS.map((group) => (
          <Group key={group.label} {...group} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function Group({ label, explanation, types }: (typeof EVENT_TYPE_GROUPS)[number]) {
  const id = useId();
  return (
    <div role="group" aria-labelledby={id}>
      <Text id={id} fz="xs" fw={600} c="dimmed">
        {label}
      </Text>
      {explanation !== undefined && (
        <Text fz="xs" c="dimmed" mt={2} maw={560}>
          {explanation}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing={10} mt={8}>
        {types.map((type) => (
          <Checkbox key={type} value={type} label={type} description={EVENT_TYPE_MEANINGS[type]} />
        ))}
      </SimpleGrid>
    </div>
  );
}
