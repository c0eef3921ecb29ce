import { Badge, Group, Paper, Text } from '@mantine/core';
import type { Delivery } from '../api/types';
import { count } from '../format/count';
import { formatDateTime } from '../format/time';
import { StatusText } from './status-text';
import classes from './webhooks.module.css';

export function DeliveryItem({ delivery }: { delivery: Delivery }) {
  const delivered = delivery.outcome === 'delivered';
  return (
    <Paper withBorder p="md" component="li">
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          <Badge color={delivered ? 'verdigris' : 'red'} variant="light">
            {delivered ? 'Delivered' : 'Failed'}
          </Badge>
          <Text fz="sm">
            <StatusText status={delivery.status} />
            <Text span fz="inherit" c="dimmed">
              {' '}
              in {delivery.duration_ms.toLocaleString('en')} ms
            </Text>
          </Text>
        </Group>
        <Text fz="xs" c="dimmed">
          Attempt {delivery.attempt} · <time dateTime={delivery.at}>{formatDateTime(delivery.at)}</time>
        </Text>
      </Group>
      <Text fz="sm" mt={8} style={{ overflowWrap: 'anywhere' }}>
        {summary(delivery)}
      </Text>
      {delivery.error !== null && (
        <Text fz="sm" mt={6} c="var(--mantine-color-error)" style={{ overflowWrap: 'anywhere' }}>
          {delivery.error}
        </Text>
      )}
      {delivery.response_excerpt !== null && delivery.response_excerpt !== '' && (
        <pre className={classes.excerpt} tabIndex={0} role="region" aria-label="Start of the response">
          {delivery.response_excerpt}
        </pre>
      )}
    </Paper>
  );
}

/** The first few events by name; a batch can hold very many. */
function summary({ events, event_count }: Delivery): string {
  const named = events.slice(0, 3).map((event) => `${event.name} on ${event.channel}`);
  const rest = event_count - named.length;
  if (rest > 0) named.push(named.length === 0 ? count(rest, 'event') : `${rest} more`);
  return named.join(', ');
}
