import { Button, Paper, Text, Title } from '@mantine/core';
import { formatNumber } from '../format/count';
import { formatClock } from '../format/time';
import table from '../tables/table.module.css';
import type { SentEvent } from './creator-page';

interface RecentEventsProps {
  recent: readonly SentEvent[];
  onReuse: (sent: SentEvent) => void;
}

/** What was sent from this page, for as long as it is open: nothing of it is stored. */
export function RecentEvents({ recent, onReuse }: RecentEventsProps) {
  if (recent.length === 0) return null;
  return (
    <Paper withBorder p="lg" component="section" aria-label="Sent from this page">
      <Title order={3}>Sent from this page</Title>
      <Text fz="xs" c="dimmed" mb="xs">
        Kept until you leave it.
      </Text>
      <table className={table.table} aria-label="Sent from this page, newest first">
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">Reached</th>
            <th scope="col">Again</th>
          </tr>
        </thead>
        <tbody>
          {recent.map((one) => (
            <tr key={one.id}>
              <td className={table.foreign}>
                <b>{one.event.name}</b>
                <Text fz="xs" c="dimmed">
                  {formatClock(one.at)} UTC, to {one.event.user_id ?? one.event.channels?.join(', ')}
                </Text>
              </td>
              <td className={table.number}>
                <span className={table.label}>reached </span>
                {formatNumber(one.sent.subscribers)}
              </td>
              <td>
                <Button size="compact-xs" variant="default" onClick={() => onReuse(one)}>
                  Use again
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Paper>
  );
}
