import { Button } from '@mantine/core';
import { IconFilterOff, IconInbox } from '@tabler/icons-react';
import type { Webhook } from '../../api/webhook-types';
import { EmptyState } from '../../feedback/empty-state';
import { count } from '../../format/count';

/** Why the log is empty, and what to do next. */
export function NoDeliveries({ webhook, isFiltered, onClear }: { webhook: Webhook; isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState
        icon={<IconFilterOff size={26} />}
        title="No delivery matches"
        action={<Button onClick={onClear}>Clear the filter</Button>}
      >
        The log goes back 7 days. Choose another state, channel or time.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<IconInbox size={26} />} title="Nothing delivered in the last 7 days">
      {emptyReason(webhook)}
    </EmptyState>
  );
}

export function emptyReason({ state, pending, event_types, channels }: Webhook): string {
  if (state === 'disabled') return 'The endpoint is disabled: nothing is recorded for it. Resume it to hear of events.';
  if (state === 'paused') {
    return `The endpoint is paused, and ${count(pending, 'event')} ${pending === 1 ? 'waits' : 'wait'}. Resume it to deliver them.`;
  }
  if (pending > 0) {
    return `${count(pending, 'event')} ${pending === 1 ? 'waits' : 'wait'} for the first attempt; it is due within a second.`;
  }
  const where = channels.length === 0 ? 'any channel' : `a channel like ${channels.join(', ')}`;
  return `No ${event_types.join(', ')} happened on ${where}. Subscribe a client, or use “Send example” to see a request.`;
}
