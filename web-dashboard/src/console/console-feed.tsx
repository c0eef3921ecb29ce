import { Alert, Button, Paper, Text, VisuallyHidden } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { fetchApp } from '../api/apps';
import { filteredLiveUrl } from '../api/insight';
import { queryKeys } from '../api/query-keys';
import type { App } from '../api/types';
import { formatNumber } from '../format/count';
import { errorMessage } from '../forms/split-error';
import { StreamBadge } from '../live-panel/stream-badge';
import { ActivityDrawer } from './activity-drawer';
import classes from './console.module.css';
import type { ConsoleFilter } from './console-filter';
import { ConsoleList } from './console-list';
import { ROW_LIMIT, type ConsoleRow, type Sample } from './console-state';
import { emptyReason, type Standing } from './empty-reason';
import { useConsole } from './use-console';

interface ConsoleFeedProps {
  app: App;
  filter: ConsoleFilter;
  isFiltered: boolean;
}

export function ConsoleFeed({ app, filter, isFiltered }: ConsoleFeedProps) {
  const feed = useConsole(filteredLiveUrl(app.id, filter));
  const { rows, held, paused, seen, sampled, refusal, dispatch } = feed;
  const [opened, setOpened] = useState<ConsoleRow | null>(null);
  const open = useCallback((row: ConsoleRow) => setOpened(row), []);

  return (
    <Paper withBorder component="section" aria-label="Activity">
      <div className={classes.bar}>
        <StreamBadge state={feed.stream} />
        <Summary shown={rows.length} seen={seen} sampled={sampled} />
        <Button
          size="xs"
          variant={paused ? 'filled' : 'default'}
          miw={132}
          leftSection={paused ? <IconPlayerPlay size={15} aria-hidden /> : <IconPlayerPause size={15} aria-hidden />}
          onClick={() => dispatch({ type: paused ? 'resumed' : 'paused' })}
        >
          {paused ? `Resume (${formatNumber(held.length)} new)` : 'Pause'}
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash size={15} aria-hidden />}
          onClick={() => dispatch({ type: 'cleared' })}
        >
          Clear
        </Button>
      </div>
      {refusal !== null && (
        <Alert color="red" role="alert" radius={0}>
          {errorMessage(refusal)} {Object.values(refusal.fields).join(' ')}
        </Alert>
      )}
      <div className={classes.feed} tabIndex={0} role="log" aria-live="off" aria-label="What happens">
        {rows.length > 0 ? (
          <ConsoleList rows={rows} onOpen={open} />
        ) : (
          <Empty app={app} filter={filter} isFiltered={isFiltered} snapshot={feed.snapshot} held={held.length} />
        )}
      </div>
      <ActivityDrawer appId={app.id} activity={opened?.activity ?? null} onClose={() => setOpened(null)} />
    </Paper>
  );
}

function Summary({ shown, seen, sampled }: { shown: number; seen: number; sampled: Sample | null }) {
  const all = seen > ROW_LIMIT ? `the last ${formatNumber(shown)} of ${formatNumber(seen)}` : formatNumber(shown);
  return (
    <span className={classes.summary}>
      {/* The numbers change each second: a screen reader is told once. */}
      <VisuallyHidden role="status">{sampled !== null && 'Only a sample is shown'}</VisuallyHidden>
      {shown === 0 ? 'Nothing yet' : `Showing ${all}`}
      {sampled !== null && (
        <span className={classes.sampled}>
          {' '}
          · sampled: {formatNumber(sampled.shown)} of {formatNumber(sampled.of)} in the last second. Narrow the filter
          to see all.
        </span>
      )}
    </span>
  );
}

/** Says why, and looks again: a reason that has gone would mislead. */
function Empty({ app, snapshot, filter, isFiltered, held }: ConsoleFeedProps & Pick<Standing, 'snapshot' | 'held'>) {
  const { data: now = app } = useQuery({
    queryKey: queryKeys.app(app.id),
    queryFn: () => fetchApp(app.id),
    refetchInterval: 5_000,
  });
  const { connections, enabled, settings } = now;
  const { title, detail } = emptyReason(
    { snapshot, filter, isFiltered, connections, enabled, clientEvents: settings.client_events, held },
    Date.now(),
  );
  return (
    <div className={classes.empty}>
      <Text fw={600}>{title}</Text>
      <Text fz="sm" c="dimmed" mt={4} maw={460}>
        {detail}
      </Text>
    </div>
  );
}
