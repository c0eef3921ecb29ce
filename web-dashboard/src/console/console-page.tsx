import { Stack, Text, Title } from '@mantine/core';
import { useCurrentApp } from '../app-page/app-layout';
import { usePageTitle } from '../shell/page-title';
import { ConsoleFeed } from './console-feed';
import { useConsoleFilter } from './console-filter';
import { ConsoleFilters } from './console-filters';

/** The route …/console: what happens in the app, as it happens. */
export function ConsolePage() {
  const app = useCurrentApp();
  usePageTitle('Console', app.name);
  const filter = useConsoleFilter();
  return (
    <Stack gap="md">
      <div>
        <Title order={2}>Debug console</Title>
        <Text c="dimmed" fz="sm" mt={2}>
          What happens in this app, as it happens. Times are UTC. Filters are in the address: a link shows the same to others.
        </Text>
      </div>
      <ConsoleFilters {...filter} />
      {/* Another filter is another stream: what the old one showed does not belong to it. */}
      <ConsoleFeed key={JSON.stringify(filter.filter)} app={app} filter={filter.filter} isFiltered={filter.isSet} />
    </Stack>
  );
}
