import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { emptyRow, type HeaderRow } from './header-rows';

interface HeaderFieldProps {
  rows: HeaderRow[];
  onChange: (rows: HeaderRow[]) => void;
  error?: ReactNode;
}

/** Custom headers as rows of name and value. */
export function HeaderField({ rows, onChange, error }: HeaderFieldProps) {
  const set = (key: number, change: Partial<HeaderRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  return (
    <Stack gap={8} role="group" aria-label="Custom headers">
      {rows.map((row, index) => (
        <Group key={row.key} gap={8} wrap="nowrap">
          <TextInput
            aria-label={`Name of header ${index + 1}`}
            placeholder="X-Env"
            autoComplete="off"
            autoFocus={row.name === ''}
            flex={2}
            miw={0}
            value={row.name}
            onChange={(event) => set(row.key, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Value of header ${index + 1}`}
            placeholder="Value"
            autoComplete="off"
            flex={3}
            miw={0}
            value={row.value}
            onChange={(event) => set(row.key, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Remove header ${index + 1}`}
            onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {error !== undefined && error !== null && <Input.Error role="alert">{error}</Input.Error>}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...rows, emptyRow(rows)])}
        >
          Add header
        </Button>
      </Group>
    </Stack>
  );
}
