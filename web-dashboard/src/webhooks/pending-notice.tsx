import { Alert } from '@mantine/core';
import { IconCircleCheck, IconClock } from '@tabler/icons-react';
import type { DeliveryLog } from '../api/types';
import { count } from '../format/count';
import { formatRelative } from '../format/time';

/** What is still to be delivered. Drawn anew with every poll, which keeps the times right. */
export function PendingNotice({ log }: { log: DeliveryLog }) {
  if (log.pending === 0) {
    return (
      <Alert color="gray" variant="light" icon={<IconCircleCheck aria-hidden />}>
        Nothing is waiting to be delivered.
      </Alert>
    );
  }
  return (
    <Alert
      color="orange"
      icon={<IconClock aria-hidden />}
      title={`${count(log.pending, 'delivery', 'deliveries')} pending`}
    >
      {pendingDetail(log, Date.now())}
    </Alert>
  );
}

export function pendingDetail(log: DeliveryLog, nowMs: number): string {
  const sentences: string[] = [];
  if (log.next_attempt_at !== null) {
    const due = Date.parse(log.next_attempt_at) <= nowMs;
    sentences.push(due ? 'The next attempt is due now.' : `Next attempt ${formatRelative(log.next_attempt_at, nowMs)}.`);
  }
  if (log.oldest_pending_at !== null) {
    sentences.push(`The oldest is from ${formatRelative(log.oldest_pending_at, nowMs)}.`);
  }
  return sentences.join(' ');
}
