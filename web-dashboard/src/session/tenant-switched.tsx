import { Button, Paper, Text, Title } from '@mantine/core';
import { basePath } from '../base-path';
import { usePageTitle } from '../shell/page-title';

/** In place of every page of an organisation that the session no longer acts for. */
export function TenantSwitched({ name }: { name: string }) {
  usePageTitle('Switched');
  return (
    <Paper withBorder p="lg" maw={560} mx="auto" role="alert">
      <Title order={1}>Your session now acts for {name}</Title>
      <Text c="dimmed" mt={4} mb="md">
        This tab showed another organisation. What you did here since then was refused: nothing has changed in either.
      </Text>
      {/* A full load, to a page that every organisation has. */}
      <Button onClick={() => window.location.assign(`${basePath}/apps`)}>Reload</Button>
    </Paper>
  );
}
