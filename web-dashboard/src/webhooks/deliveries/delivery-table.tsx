import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, type To } from 'react-router';
import type { Delivery } from '../../api/delivery-types';
import { formatDuration } from '../../format/duration';
import { When } from '../../format/when';
import { StatusText } from '../http/status-text';
import { DeliveryBadge } from './delivery-badge';
import classes from './delivery-table.module.css';
import { attemptSummary, channelSummary, eventSummary, seqSummary } from './summary';

interface DeliveryTableProps {
  label: string;
  deliveries: readonly Delivery[];
  /** Where a delivery is shown whole. */
  linkTo: (delivery: Delivery) => To;
  actions?: (delivery: Delivery) => ReactNode;
}

/** Two lines per delivery; on a phone the cells stand below each other. */
export function DeliveryTable({ label, deliveries, linkTo, actions }: DeliveryTableProps) {
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Events</th>
          <th scope="col">State</th>
          <th scope="col">Seq and id</th>
          <th scope="col">Last answer</th>
          <th scope="col">Last attempt</th>
          {actions !== undefined && <th scope="col">Actions</th>}
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <Row key={delivery.id} delivery={delivery} to={linkTo(delivery)} actions={actions?.(delivery)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ delivery, to, actions }: { delivery: Delivery; to: To; actions: ReactNode }) {
  const { id, state, last_status, last_error, duration_ms, last_at } = delivery;
  return (
    <tr>
      <td>
        <Link to={to} className={classes.link}>
          {eventSummary(delivery)}
        </Link>
        <Text fz="xs" c="dimmed" className={classes.foreign}>
          {channelSummary(delivery)}
        </Text>
      </td>
      <td>
        <DeliveryBadge state={state} />
        <Text fz="xs" c="dimmed" mt={2}>
          {attemptSummary(delivery)}
        </Text>
      </td>
      <td>
        <Text fz="sm" className={classes.number}>
          {seqSummary(delivery)}
        </Text>
        <Text fz="xs" c="dimmed" ff="monospace" className={classes.id} title={id}>
          {id}
        </Text>
      </td>
      <td className={classes.answer}>
        <Text fz="sm">
          <StatusText status={last_status} />
          {duration_ms !== null && ` in ${formatDuration(duration_ms)}`}
        </Text>
        {last_error !== null && (
          <Text fz="xs" c="var(--mantine-color-error)" className={classes.foreign} lineClamp={1} title={last_error}>
            {last_error}
          </Text>
        )}
      </td>
      <td className={classes.time}>
        <When at={last_at} />
      </td>
      {actions !== undefined && <td className={classes.actions}>{actions}</td>}
    </tr>
  );
}
