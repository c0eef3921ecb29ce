import { Paper, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { useMembers } from '../api/insight-queries';
import { count } from '../format/count';
import { LiveList } from '../tables/live-list';
import classes from '../tables/table.module.css';

/** Who is in a presence channel: users, however many connections each has. */
export function Members({ appId, channel }: { appId: string; channel: string }) {
  const list = useMembers(appId, channel);
  const empty = (
    <Paper withBorder p="md">
      <Text fz="sm" c="dimmed">
        Nobody is a member right now.
      </Text>
    </Paper>
  );
  return (
    <section aria-label="Members">
      <Title order={3} mb="xs">
        Members
      </Title>
      <LiveList list={list} empty={empty}>
        {(members) => (
          <table className={classes.table} aria-label="Members">
            <thead>
              <tr>
                <th scope="col">User id</th>
                <th scope="col">Connections</th>
                <th scope="col">What others know of the member</th>
              </tr>
            </thead>
            <tbody>
              {members.map(({ user_id, user_info, connections }) => (
                <tr key={user_id}>
                  <td>
                    <Link
                      to={`/apps/${appId}/connections?${new URLSearchParams({ user_id, channel })}`}
                      className={classes.link}
                    >
                      {user_id}
                    </Link>
                  </td>
                  <td className={classes.number}>{count(connections, 'connection')}</td>
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
