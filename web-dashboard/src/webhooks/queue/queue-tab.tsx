import { Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useQueue } from '../../api/delivery-queries';
import type { Lane, Queue } from '../../api/delivery-types';
import { LoadError } from '../../feedback/load-error';
import { StaleNotice } from '../../feedback/stale-notice';
import { count } from '../../format/count';
import { usePageTitle } from '../../shell/page-title';
import { titleOf } from '../endpoint/title';
import { useCurrentWebhook } from '../endpoint/webhook-layout';
import { EmptyQueue } from './empty-queue';
import { LaneCard } from './lane-card';
import { SkipModal } from './skip-modal';

/** What waits behind what. */
export function QueueTab() {
  const { endpoint, webhook } = useCurrentWebhook();
  usePageTitle('Queue', titleOf(webhook));
  const queue = useQueue(endpoint);
  const [skipped, setSkipped] = useState<Lane | null>(null);

  if (queue.data === undefined) {
    if (queue.isError) return <LoadError error={queue.error} retry={queue.refetch} />;
    return <Skeleton h={240} aria-busy="true" aria-label="Loading the queue" />;
  }
  const busy = queue.data.lanes.filter(({ pending, blocked_by }) => pending > 0 || blocked_by !== null);
  return (
    <Stack gap="md">
      <StaleNotice query={queue} />
      <Text fz="sm" c="dimmed">
        {laneText(queue.data, busy.length)} {replayText(queue.data.replays)}
      </Text>
      {busy.length === 0 && <EmptyQueue webhook={webhook} />}
      {busy.map((lane) => (
        <LaneCard
          key={lane.n}
          endpoint={endpoint}
          lane={lane}
          isOnly={queue.data.lanes.length === 1}
          state={webhook.state}
          onSkip={() => setSkipped(lane)}
        />
      ))}
      <SkipModal endpoint={endpoint} lane={skipped} onClose={() => setSkipped(null)} />
    </Stack>
  );
}

function laneText({ lanes }: Queue, busy: number): string {
  if (lanes.length === 1) return 'One lane: everything is delivered in one order.';
  return `${count(lanes.length, 'lane')}, of which ${busy} ${busy === 1 ? 'has' : 'have'} something to do. Order is kept within each.`;
}

function replayText(replays: number): string {
  if (replays === 0) return 'No replays are waiting.';
  return `${count(replays, 'replay')} ${replays === 1 ? 'waits' : 'wait'} beside the lanes, oldest first.`;
}
