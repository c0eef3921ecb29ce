import { Text, Title } from '@mantine/core';
import type { DeliveryDetail } from '../../api/delivery-types';
import { count } from '../../format/count';
import classes from './delivery-details.module.css';

export function EventList({ delivery: { events, event_count } }: { delivery: DeliveryDetail }) {
  const rest = event_count - events.length;
  return (
    <div>
      <Title order={3} mb={6}>
        {count(event_count, 'event')}
      </Title>
      <ol className={classes.events} aria-label="Events of this delivery">
        {events.map(({ id, seq, name, channel }) => (
          <li key={id}>
            <span className={classes.seq}>{seq}</span> {name}
            {channel !== null && ` on ${channel}`}
          </li>
        ))}
      </ol>
      {rest > 0 && (
        <Text fz="xs" c="dimmed" mt={4}>
          and {count(rest, 'other')}
        </Text>
      )}
    </div>
  );
}
