import { Paper, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { LiveList as LiveListOf } from '../api/insight-queries';
import type { Subscription } from '../api/insight-types';
import { formatNumber } from '../format/count';
import { LiveList } from '../tables/live-list';
import classes from '../tables/table.module.css';

interface SubscriptionsProps {
  appId: string;
  list: LiveListOf<Subscription>;
  total: number;
}

export function Subscriptions({ appId, list, total }: SubscriptionsProps) {
  const empty = (
    <Paper withBorder p="md">
      <Text fz="sm" c="dimmed">
        It is subscribed to no channel: no event reaches it but those to its user.
      </Text>
    </Paper>
  );
  return (
    <section aria-label="Subscriptions">
      <Title order={3} mb="xs">
        Subscriptions ({formatNumber(total)})
      </Title>
      <LiveList list={list} empty={empty}>
        {(subscriptions) => (
          <table className={classes.table} aria-label="Subscriptions">
            <thead>
              <tr>
                <th scope="col">Channel</th>
                <th scope="col">Member as</th>
                <th scope="col">What others know of the member</th>
              </tr>
            </thead>
            <tbody>
              {subscriptions.map(({ channel, user_id, user_info }) => (
                <tr key={channel}>
                  <td>
                    <Link to={`/apps/${appId}/channels/${encodeURIComponent(channel)}`} className={classes.link}>
                      {channel}
                    </Link>
                  </td>
                  <td className={classes.foreign}>{user_id}</td>
                  <td className={classes.foreign}>{user_info === null ? '' : JSON.stringify(user_info)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </LiveList>
    </section>
  );
}
