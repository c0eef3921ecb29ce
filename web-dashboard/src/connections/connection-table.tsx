import { Text } from '@mantine/core';
import { Link } from 'react-router';
import { transportName } from '../activity/transports';
import type { ConnectionRow } from '../api/insight-types';
import { count } from '../format/count';
import { When } from '../format/when';
import classes from '../tables/table.module.css';

interface ConnectionTableProps {
  appId: string;
  label: string;
  connections: readonly ConnectionRow[];
}

export function ConnectionTable({ appId, label, connections }: ConnectionTableProps) {
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Socket id</th>
          <th scope="col">User</th>
          <th scope="col">Transport</th>
          <th scope="col">From</th>
          <th scope="col">Subscriptions</th>
          <th scope="col">Connected</th>
        </tr>
      </thead>
      <tbody>
        {connections.map((connection) => (
          <Row key={connection.socket_id} appId={appId} connection={connection} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ appId, connection }: { appId: string; connection: ConnectionRow }) {
  const { socket_id, client, user_id, transport, address, origin, subscriptions, connected_at } = connection;
  return (
    <tr>
      <td>
        <Link to={`/apps/${appId}/connections/${socket_id}`} className={classes.link}>
          {socket_id}
        </Link>
        <Text fz="xs" c="dimmed" className={classes.foreign}>
          {client ?? 'names no client'}
        </Text>
      </td>
      <td className={classes.foreign}>{user_id}</td>
      <td>{transportName(transport)}</td>
      <td className={classes.foreign}>
        {address}
        {origin !== null && (
          <Text fz="xs" c="dimmed">
            {origin}
          </Text>
        )}
      </td>
      <td className={classes.number}>{count(subscriptions, 'channel')}</td>
      <td className={classes.number}>
        <When at={connected_at} />
      </td>
    </tr>
  );
}
