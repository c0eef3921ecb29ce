import { Anchor, Group, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { useUsage } from '../api/usage-queries';
import { useCurrentApp } from '../app-page/app-layout';
import { ChartCard } from '../charts/chart-card';
import { LoadError } from '../feedback/load-error';
import { GettingStarted } from '../getting-started/getting-started';
import { usePageTitle } from '../shell/page-title';
import { connectionsChart } from '../usage/figures';
import { isPreset, type PresetName } from '../usage/range';
import { useRange } from '../usage/use-range';
import { messagesChart } from './rates';

const RANGES = [
  { value: '1h', label: '1 hour' },
  { value: '24h', label: '24 hours' },
  { value: '30d', label: '30 days' },
] satisfies { value: PresetName; label: string }[];

/** How the app is doing, and below how to connect to it. */
export function OverviewPage() {
  const app = useCurrentApp();
  usePageTitle('Overview', app.name);
  return (
    <Stack gap={40}>
      <Graphs appId={app.id} />
      <GettingStarted />
    </Stack>
  );
}

function Graphs({ appId }: { appId: string }) {
  const { range, choosePreset } = useRange('1h');
  const { data, isError, error, refetch } = useUsage(appId, range.span);
  const charts = useMemo(
    () => data && { connections: connectionsChart(data), messages: messagesChart(data, Date.now()) },
    [data],
  );
  return (
    <section aria-labelledby="graphs-heading">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="graphs-heading">
          How it is doing
        </Title>
        <Group gap="sm">
          <Text fz="sm">
            <Anchor component={Link} to={`/apps/${appId}/usage`} fz="sm">
              All figures
            </Anchor>
          </Text>
          <SegmentedControl
            size="xs"
            aria-label="Time shown"
            data={RANGES}
            value={range.name as string}
            onChange={(name) => isPreset(name) && choosePreset(name)}
          />
        </Group>
      </Group>
      {isError && data === undefined ? (
        <LoadError error={error} retry={refetch} />
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <ChartCard order={3} title="Connections" data={charts?.connections} />
          <ChartCard order={3} title="Messages per second" data={charts?.messages} />
        </SimpleGrid>
      )}
    </section>
  );
}
