import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { HeaderField } from './header-field';
import { emptyRow, type HeaderRow } from './header-rows';
import type { EndpointForm } from './use-endpoint-form';

interface CustomHeadersProps {
  form: EndpointForm;
  /** Of the saved headers; their values are sealed. */
  savedNames: readonly string[];
}

export function CustomHeaders({ form, savedNames }: CustomHeadersProps) {
  const { headers } = form.getValues();
  const set = (rows: HeaderRow[] | null) => form.setFieldValue('headers', rows);
  const explanation =
    'Sent with every request, for example to get past a gateway. They are sealed when saved: their values are never shown again.';
  return (
    <Stack gap="sm">
      <Text fz="sm" c="dimmed">
        {explanation}
      </Text>
      {headers === null ? (
        <SavedHeaders names={savedNames} onReplace={() => set(rowsFor(savedNames))} />
      ) : (
        <>
          <HeaderField rows={headers} onChange={set} error={form.errors.headers} />
          {savedNames.length > 0 && (
            <Group gap="sm">
              <Text fz="xs" c="dimmed">
                Saving replaces all saved headers: {savedNames.join(', ')}.
              </Text>
              <Button variant="subtle" size="compact-xs" onClick={() => set(null)}>
                Keep them instead
              </Button>
            </Group>
          )}
        </>
      )}
    </Stack>
  );
}

function SavedHeaders({ names, onReplace }: { names: readonly string[]; onReplace: () => void }) {
  return (
    <Group gap="sm">
      {names.length === 0 ? (
        <Text fz="sm">None are saved.</Text>
      ) : (
        names.map((name) => <Code key={name}>{name}: •••</Code>)
      )}
      <Button variant="default" size="xs" onClick={onReplace}>
        {names.length === 0 ? 'Add headers' : 'Replace all headers'}
      </Button>
    </Group>
  );
}

/** The saved names, to be given values; or one empty row. */
function rowsFor(names: readonly string[]): HeaderRow[] {
  const rows: HeaderRow[] = [];
  for (const name of names.length === 0 ? [''] : names) rows.push(emptyRow(rows, name));
  return rows;
}
