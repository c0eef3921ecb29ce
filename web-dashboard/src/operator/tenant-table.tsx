import { Badge, Group, Progress, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { TenantLoad, TenantRow } from '../api/operator';
import { count, formatCompact, formatNumber } from '../format/count';
import table from '../tables/table.module.css';
import { bytes, percent, perSecond } from './figures';
import classes from './operator.module.css';

/** Organisations and what each asks of the node. */
export function TenantTable({ label, tenants }: { label: string; tenants: readonly TenantRow[] }) {
  return (
    <table className={table.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Organisation</th>
          <th scope="col">Connections</th>
          <th scope="col">Messages</th>
          <th scope="col">Share of the node</th>
          <th scope="col">Throttled</th>
          <th scope="col">Waiting</th>
        </tr>
      </thead>
      <tbody>
        {tenants.map((tenant) => (
          <Row key={tenant.id} tenant={tenant} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ tenant }: { tenant: TenantRow }) {
  const { id, name, plan, apps, owners, suspension, now } = tenant;
  return (
    <tr>
      <td>
        <Group gap={8}>
          <Link to={`/operator/tenants/${id}`} className={table.link}>
            {name}
          </Link>
          {suspension && (
            <Badge size="sm" color="red" variant="light">
              Suspended
            </Badge>
          )}
        </Group>
        <Text fz="xs" c="dimmed" className={table.foreign}>
          {[plan ?? 'no plan', count(apps, 'app'), owners[0] ?? 'no owner'].join(' · ')}
        </Text>
      </td>
      <td className={table.number}>
        {formatNumber(now.connections)}
        <span className={table.label}> connections</span>
      </td>
      <td className={table.number}>
        {perSecond(now.messages_per_second)}
        <span className={table.label}> messages</span>
        <Text fz="xs" c="dimmed" className={classes.whole}>
          {formatCompact(now.messages_today)} today
        </Text>
      </td>
      <td className={table.number}>
        <Share value={now.share_percent} />
      </td>
      <td className={table.number}>
        <Throttled now={now} />
      </td>
      <td className={table.number}>
        <Waiting now={now} />
      </td>
    </tr>
  );
}

function Share({ value }: { value: number }) {
  return (
    <span className={classes.share}>
      <span>{percent(value)}</span>
      <Progress value={value} size="sm" color={value >= 50 ? 'orange' : 'verdigris'} aria-hidden />
    </span>
  );
}

function Throttled({ now }: { now: TenantLoad }) {
  if (now.throttled_today === 0) return <Text span fz="sm" c="dimmed" className={classes.whole}>not throttled</Text>;
  return (
    <>
      <Text span fz="sm" c={now.throttled_per_second > 0 ? 'var(--mantine-color-orange-light-color)' : undefined}>
        {perSecond(now.throttled_per_second)}
        <span className={table.label}> throttled</span>
      </Text>
      <Text fz="xs" c="dimmed">
        {formatCompact(now.throttled_today)} today
      </Text>
    </>
  );
}

/** Inside the node, and before its endpoints. */
function Waiting({ now }: { now: TenantLoad }) {
  const parts = [
    now.backlog_bytes > 0 && `${bytes(now.backlog_bytes)} in the node`,
    now.webhook_events > 0 && `${count(now.webhook_events, 'event')} in ${count(now.webhook_lanes, 'webhook lane')}`,
  ].filter((part) => part !== false);
  if (parts.length === 0) return <Text span fz="sm" c="dimmed">nothing waits</Text>;
  return parts.map((part) => (
    <Text key={part} fz="sm">
      {part}
    </Text>
  ));
}
