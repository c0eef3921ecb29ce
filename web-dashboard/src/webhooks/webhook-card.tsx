import { ActionIcon, Badge, Button, Group, Paper, Text, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Webhook } from '../api/types';
import { formatDateTime } from '../format/time';
import { StatusText } from './status-text';
import classes from './webhooks.module.css';

interface WebhookCardProps {
  appId: string;
  webhook: Webhook;
  onDelete: () => void;
}

export function WebhookCard({ appId, webhook, onDelete }: WebhookCardProps) {
  return (
    <Paper withBorder p="lg" component="article" aria-label={webhook.url}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text fw={600} className={classes.url}>
          {webhook.url}
        </Text>
        <Badge color={webhook.state === 'active' ? 'verdigris' : 'red'} variant="light" className={classes.fixed}>
          {webhook.state === 'active' ? 'Active' : 'Disabled'}
        </Badge>
      </Group>
      <Group gap={6} mt={10}>
        {webhook.event_types.map((type) => (
          <Badge key={type} variant="default" fw={500} radius="sm">
            {type}
          </Badge>
        ))}
        {webhook.batching && (
          <Badge variant="light" color="gray" fw={500} radius="sm">
            batched
          </Badge>
        )}
      </Group>
      <Group justify="space-between" mt="lg" gap="sm">
        <dl className={classes.facts}>
          <Fact label="Last status">
            {webhook.last_attempt_at === null ? 'No attempt yet' : <StatusText status={webhook.last_status} />}
          </Fact>
          <Fact label="Last attempt">
            {webhook.last_attempt_at === null ? '–' : formatDateTime(webhook.last_attempt_at)}
          </Fact>
          <Fact label="Pending">{webhook.pending}</Fact>
        </dl>
        <Group gap={6}>
          <Button component={Link} to={`/apps/${appId}/webhooks/${webhook.id}`} variant="default" size="xs">
            Recent deliveries
          </Button>
          <Tooltip label="Delete endpoint" withArrow>
            <ActionIcon variant="subtle" color="red" size="lg" onClick={onDelete} aria-label={`Delete ${webhook.url}`}>
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
    </Paper>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
