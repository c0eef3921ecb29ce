import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { Webhook } from '../../api/webhook-types';
import { titleOf } from '../endpoint/title';
import { EndpointNotice } from '../health/endpoint-notice';
import { HealthStrip } from '../health/health-strip';
import { StandingBadge } from '../health/standing-badge';
import classes from './endpoint-card.module.css';

interface EndpointCardProps {
  appId: string;
  webhook: Webhook;
}

/** The whole card leads to the endpoint, but only its title is the link. */
export function EndpointCard({ appId, webhook }: EndpointCardProps) {
  const title = titleOf(webhook);
  return (
    <Paper withBorder p="lg" component="article" aria-label={title} className={classes.card}>
      <Stack gap="md">
        <div>
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Link to={`/apps/${appId}/webhooks/${webhook.id}`} className={classes.title}>
              {title}
            </Link>
            <StandingBadge webhook={webhook} />
          </Group>
          {webhook.name !== '' && (
            <Text fz="xs" c="dimmed" ff="monospace" className={classes.url}>
              {webhook.url}
            </Text>
          )}
        </div>
        <EndpointNotice webhook={webhook} />
        <HealthStrip webhook={webhook} />
        <Group gap={6}>
          {webhook.event_types.map((type) => (
            <Badge key={type} variant="default" fw={500} radius="sm">
              {type}
            </Badge>
          ))}
          {webhook.channels.length > 0 && <Trait text={`channels ${webhook.channels.join(', ')}`} />}
          {webhook.batching && <Trait text="batched" />}
          {webhook.order === 'relaxed' && <Trait text="relaxed order" />}
          {webhook.lanes > 1 && <Trait text={`${webhook.lanes} lanes`} />}
        </Group>
      </Stack>
    </Paper>
  );
}

function Trait({ text }: { text: string }) {
  return (
    <Badge variant="light" color="gray" fw={500} radius="sm" maw="100%">
      {text}
    </Badge>
  );
}
