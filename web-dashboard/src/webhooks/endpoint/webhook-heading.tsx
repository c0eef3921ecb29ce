import { Anchor, Group, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { Webhook } from '../../api/webhook-types';
import { CopyButton } from '../../clipboard/copy-button';
import { useMay } from '../../session/rights';
import { StandingBadge } from '../health/standing-badge';
import { titleOf } from './title';
import { WebhookActions } from './webhook-actions';
import classes from './endpoint.module.css';

export function WebhookHeading({ appId, webhook }: { appId: string; webhook: Webhook }) {
  const mayManage = useMay('manageWebhooks');
  return (
    <Group justify="space-between" align="flex-end" gap="md">
      <div className={classes.heading}>
        <Anchor component={Link} to={`/apps/${appId}/webhooks`} fz="sm">
          Webhooks
        </Anchor>
        <Group mt={4} gap="sm">
          <Title order={2} className={classes.name}>
            {titleOf(webhook)}
          </Title>
          <StandingBadge webhook={webhook} />
        </Group>
        {webhook.name !== '' && (
          <Group gap={2} wrap="nowrap">
            <Text fz="xs" c="dimmed" ff="monospace" className={classes.name}>
              {webhook.url}
            </Text>
            <CopyButton text={webhook.url} what="URL" compact />
          </Group>
        )}
      </div>
      {mayManage && <WebhookActions appId={appId} webhook={webhook} />}
    </Group>
  );
}
