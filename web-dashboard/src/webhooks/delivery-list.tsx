import { Text } from '@mantine/core';
import type { Delivery } from '../api/types';
import { DeliveryItem } from './delivery-item';
import classes from './webhooks.module.css';

export function DeliveryList({ deliveries }: { deliveries: Delivery[] }) {
  if (deliveries.length === 0) {
    return (
      <Text c="dimmed" fz="sm">
        No attempts yet. Subscribe to a channel, for example with the browser snippet, and the first one appears here
        within seconds.
      </Text>
    );
  }
  return (
    <ol className={classes.deliveries} aria-label="Attempts, newest first">
      {deliveries.map((delivery) => (
        // Retries share the id; the attempt number tells them apart.
        <DeliveryItem key={`${delivery.id}/${delivery.attempt}`} delivery={delivery} />
      ))}
    </ol>
  );
}
