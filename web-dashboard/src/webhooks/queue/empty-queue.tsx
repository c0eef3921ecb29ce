import { IconChecks } from '@tabler/icons-react';
import type { Webhook } from '../../api/webhook-types';
import { EmptyState } from '../../feedback/empty-state';

const REASONS: Record<Webhook['state'], string> = {
  active: 'Everything recorded so far is delivered. New events pass through here within a second.',
  paused: 'The endpoint is paused, and nothing has happened since. New events will wait here until it is resumed.',
  disabled: 'The endpoint is disabled, so nothing is recorded. Resume it to hear of new events.',
};

export function EmptyQueue({ webhook }: { webhook: Webhook }) {
  return (
    <EmptyState icon={<IconChecks size={26} />} title="Nothing is waiting">
      {REASONS[webhook.state]}
    </EmptyState>
  );
}
