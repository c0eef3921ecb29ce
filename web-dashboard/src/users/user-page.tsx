import { Anchor, Button, Group, Stack, Title } from '@mantine/core';
import { IconArrowLeft, IconPlugX, IconSend, IconTerminal2, IconUser } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useUserConnections } from '../api/insight-queries';
import { useCurrentApp } from '../app-page/app-layout';
import { ConnectionTable } from '../connections/connection-table';
import { EmptyState } from '../feedback/empty-state';
import { useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { LiveList } from '../tables/live-list';
import { TerminateModal } from './terminate-modal';

/** The route …/users/:userId: the connections of a user, who need not be signed in. */
export function UserPage() {
  const app = useCurrentApp();
  const { userId = '' } = useParams();
  usePageTitle(userId, 'Users', app.name);
  const list = useUserConnections(app.id, userId);
  return (
    <Stack gap="lg">
      <div>
        <Anchor component={Link} to={`/apps/${app.id}/users`} fz="sm">
          <Group gap={4} component="span">
            <IconArrowLeft size={15} aria-hidden /> Users
          </Group>
        </Anchor>
        <Title order={2} mt={4} style={{ overflowWrap: 'anywhere', unicodeBidi: 'isolate' }}>
          {userId}
        </Title>
      </div>
      <Actions appId={app.id} userId={userId} />
      <section aria-label="Connections">
        <Title order={3} mb="xs">
          Connections
        </Title>
        <LiveList list={list} empty={<Offline />}>
          {(connections) => <ConnectionTable appId={app.id} label="Connections" connections={connections} />}
        </LiveList>
      </section>
    </Stack>
  );
}

function Actions({ appId, userId }: { appId: string; userId: string }) {
  const mayManage = useMay('manageConnections');
  const maySend = useMay('sendEvents');
  const [terminating, setTerminating] = useState(false);
  const query = new URLSearchParams({ user_id: userId });
  return (
    <Group gap="sm">
      {maySend && (
        <Button component={Link} to={`/apps/${appId}/send?${query}`} leftSection={<IconSend size={16} aria-hidden />}>
          Send an event
        </Button>
      )}
      <Button
        variant="default"
        component={Link}
        to={`/apps/${appId}/console?${query}`}
        leftSection={<IconTerminal2 size={16} aria-hidden />}
      >
        Follow in the console
      </Button>
      {mayManage && (
        <Button variant="default" leftSection={<IconPlugX size={16} aria-hidden />} onClick={() => setTerminating(true)}>
          Terminate connections
        </Button>
      )}
      <TerminateModal appId={appId} userId={terminating ? userId : null} onClose={() => setTerminating(false)} />
    </Group>
  );
}

function Offline() {
  return (
    <EmptyState icon={<IconUser size={26} />} title="Not signed in">
      No open connection is signed in as this user. When one is, it appears here by itself.
    </EmptyState>
  );
}
