import type { Webhook } from '../../api/webhook-types';
import { SectionLinks } from '../../app-page/section-links';

export function WebhookTabs({ appId, webhook }: { appId: string; webhook: Webhook }) {
  const base = `/apps/${appId}/webhooks/${webhook.id}`;
  return (
    <SectionLinks
      label="Sections of this endpoint"
      links={[
        { to: `${base}/deliveries`, label: 'Deliveries' },
        { to: `${base}/dead-letters`, label: 'Dead letters', amount: webhook.dead_letters, color: 'red' },
        { to: `${base}/queue`, label: 'Queue', amount: webhook.pending },
        { to: `${base}/verify`, label: 'Verify' },
        { to: `${base}/settings`, label: 'Settings' },
      ]}
    />
  );
}
