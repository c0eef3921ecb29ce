import { Group, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { IconScale } from '@tabler/icons-react';
import { MEASURES, type Measure } from '../api/operator';
import { useNeighbours } from '../api/operator-queries';
import { EmptyState } from '../feedback/empty-state';
import { ListSkeleton } from '../feedback/list-skeleton';
import { LoadError } from '../feedback/load-error';
import { StaleNotice } from '../feedback/stale-notice';
import { useUrlFilter } from '../filters/use-url-filter';
import { count } from '../format/count';
import { usePageTitle } from '../shell/page-title';
import { perSecond } from './figures';
import { TenantTable } from './tenant-table';

const LABELS: Record<Measure, string> = {
  share: 'Share',
  throttled: 'Throttled',
  backlog: 'Backlog',
  webhooks: 'Webhooks',
  connections: 'Connections',
};

/** The route /operator/neighbours: who asks most of the node, and could cost the others. */
export function NeighboursPage() {
  usePageTitle('Neighbours', 'Installation');
  const { filter, set } = useUrlFilter(['by'] as const);
  const by = MEASURES.find((measure) => measure === filter.by) ?? 'share';
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={2}>Neighbours</Title>
          <Text c="dimmed" fz="sm" mt={2}>
            Who asks most of the node. Tenants take turns, so a loud one slows itself before the others.
          </Text>
        </div>
        <SegmentedControl
          size="xs"
          aria-label="Compare by"
          data={MEASURES.map((value) => ({ value, label: LABELS[value] }))}
          value={by}
          onChange={(value) => set({ by: value })}
        />
      </Group>
      <Board by={by} />
    </Stack>
  );
}

function Board({ by }: { by: Measure }) {
  const board = useNeighbours(by);
  if (board.data === undefined) {
    return board.isError ? <LoadError error={board.error} retry={board.refetch} /> : <ListSkeleton label="Loading the neighbours" />;
  }
  const { tenants, messages_per_second, active } = board.data;
  if (tenants.length === 0) {
    return (
      <EmptyState icon={<IconScale size={26} />} title="It is quiet">
        Nobody is connected, publishes or waits for anything. Whoever does stands here five seconds later.
      </EmptyState>
    );
  }
  return (
    <>
      <StaleNotice query={board} />
      <Text fz="sm" c="dimmed">
        {count(active, 'organisation')} did, held or waited for something; all together {perSecond(messages_per_second)}.
      </Text>
      <Paper withBorder px={{ base: 'sm', sm: 4 }} py={4}>
        <TenantTable label="Organisations that ask most" tenants={tenants} />
      </Paper>
    </>
  );
}
