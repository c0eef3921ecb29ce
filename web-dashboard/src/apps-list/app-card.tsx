import { Badge, Group, Paper, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { App } from '../api/types';
import { count } from '../format/count';
import { formatDate } from '../format/time';
import classes from './app-card.module.css';

/** The whole card is the link; its name is the app's name. */
export function AppCard({ app }: { app: App }) {
  return (
    <Paper withBorder p="lg" component={Link} to={`/apps/${app.id}`} className={classes.card}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text fw={600} truncate>
          {app.name}
        </Text>
        {!app.enabled && (
          <Badge color="gray" variant="light" className={classes.badge}>
            Disabled
          </Badge>
        )}
      </Group>
      <Text fz="xs" c="dimmed" mt={2}>
        <Text span fz="inherit" ff="monospace">
          {app.id}
        </Text>{' '}
        · created {formatDate(app.created_at)}
      </Text>
      <Group gap={8} mt="xl" fz="sm" wrap="nowrap">
        <span className={classes.dot} data-active={app.connections > 0} aria-hidden />
        {count(app.connections, 'open connection')}
      </Group>
    </Paper>
  );
}
