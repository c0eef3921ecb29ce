import { Button, Stack, Text, Title } from '@mantine/core';
import { IconFilterOff, IconUser } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useUsers } from '../api/insight-queries';
import type { SignedInUser } from '../api/insight-types';
import { useCurrentApp } from '../app-page/app-layout';
import { EmptyState } from '../feedback/empty-state';
import { DraftInput } from '../filters/draft-input';
import filters from '../filters/filters.module.css';
import { useUrlFilter } from '../filters/use-url-filter';
import { count } from '../format/count';
import { useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { LiveList } from '../tables/live-list';
import classes from '../tables/table.module.css';
import { TerminateModal } from './terminate-modal';

/** The route …/users: who is signed in on some connection. */
export function UsersPage() {
  const app = useCurrentApp();
  usePageTitle('Users', app.name);
  const { filter, set, clear } = useUrlFilter(['prefix']);
  const { prefix = '' } = filter;
  const list = useUsers(app.id, prefix);
  const [doomed, setDoomed] = useState<string | null>(null);
  return (
    <Stack gap="md">
      <div>
        <Title order={2}>Users</Title>
        <Text c="dimmed" fz="sm" mt={2}>
          Users who are signed in on a connection right now.
        </Text>
      </div>
      <div className={filters.filters} role="search" aria-label="Filter users">
        <DraftInput label="User id begins with" value={prefix} onChange={(change) => set({ prefix: change })} />
      </div>
      <LiveList list={list} empty={prefix === '' ? <NoUsers /> : <NoMatch prefix={prefix} onClear={clear} />}>
        {(users) => <UserTable appId={app.id} users={users} onTerminate={setDoomed} />}
      </LiveList>
      {/* Apart from the list, which may empty while the question is open. */}
      <TerminateModal appId={app.id} userId={doomed} onClose={() => setDoomed(null)} />
    </Stack>
  );
}

interface UserTableProps {
  appId: string;
  users: readonly SignedInUser[];
  onTerminate: (userId: string) => void;
}

function UserTable({ appId, users, onTerminate }: UserTableProps) {
  const mayManage = useMay('manageConnections');
  return (
    <table className={classes.table} aria-label="Signed-in users">
      <thead>
        <tr>
          <th scope="col">User id</th>
          <th scope="col">Connections</th>
          {mayManage && <th scope="col">Actions</th>}
        </tr>
      </thead>
      <tbody>
        {users.map(({ user_id, connections }) => (
          <tr key={user_id}>
            <td>
              <Link to={`/apps/${appId}/users/${encodeURIComponent(user_id)}`} className={classes.link}>
                {user_id}
              </Link>
            </td>
            <td className={classes.number}>{count(connections, 'connection')}</td>
            {mayManage && (
              <td className={classes.actions}>
                <Button size="compact-xs" variant="default" onClick={() => onTerminate(user_id)}>
                  Terminate
                </Button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NoMatch({ prefix, onClear }: { prefix: string; onClear: () => void }) {
  return (
    <EmptyState
      icon={<IconFilterOff size={26} />}
      title={`No signed-in user begins with “${prefix}”`}
      action={<Button onClick={onClear}>Show all</Button>}
    >
      Only users with an open connection are found. Case matters.
    </EmptyState>
  );
}

function NoUsers() {
  return (
    <EmptyState icon={<IconUser size={26} />} title="Nobody is signed in">
      A user appears here when a client calls pusher.signin() and your server authenticates it. Members of presence
      channels who have not signed in are on the channel's page.
    </EmptyState>
  );
}
