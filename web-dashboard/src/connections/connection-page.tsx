import { Anchor, Badge, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconPlugX, IconSend, IconTerminal2 } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { Facts } from '../activity/facts';
import { TimelineCard } from '../activity/timeline';
import { transportName } from '../activity/transports';
import { ApiError } from '../api/api-error';
import { useConnection, useTimeline } from '../api/insight-queries';
import type { ConnectionDetail } from '../api/insight-types';
import { useCurrentApp } from '../app-page/app-layout';
import { CopyButton } from '../clipboard/copy-button';
import { LoadError } from '../feedback/load-error';
import { StaleNotice } from '../feedback/stale-notice';
import { formatNumber } from '../format/count';
import { When } from '../format/when';
import { holdersOf, useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { DisconnectModal } from './disconnect-modal';
import { SendToConnectionModal } from './send-to-connection-modal';
import { Subscriptions } from './subscriptions';

/** The route …/connections/:socketId: one connection, also when it has just ended. */
export function ConnectionPage() {
  const app = useCurrentApp();
  const { socketId = '' } = useParams();
  usePageTitle(socketId, 'Connections', app.name);
  const connection = useConnection(app.id, socketId);
  const hasEnded = connection.error instanceof ApiError && connection.error.status === 404;

  return (
    <Stack gap="lg">
      <div>
        <Anchor component={Link} to={`/apps/${app.id}/connections`} fz="sm">
          <Group gap={4} component="span">
            <IconArrowLeft size={15} aria-hidden /> Connections
          </Group>
        </Anchor>
        <Group gap="sm" mt={4}>
          <Title order={2} ff="monospace">
            {socketId}
          </Title>
          <CopyButton text={socketId} what="socket id" compact />
          {hasEnded ? (
            <Badge color="gray" variant="light">
              Ended
            </Badge>
          ) : (
            connection.data !== undefined && <Badge variant="light">Connected</Badge>
          )}
        </Group>
      </div>
      {connection.data === undefined && connection.isPending && <Skeleton h={220} aria-label="Loading the connection" />}
      {connection.data === undefined && connection.isError && !hasEnded && (
        <LoadError error={connection.error} retry={connection.refetch} />
      )}
      {connection.data !== undefined && !hasEnded && <StaleNotice query={connection} />}
      {connection.data !== undefined && !hasEnded && <Actions appId={app.id} socketId={socketId} />}
      {hasEnded && <Ended appId={app.id} socketId={socketId} />}
      {connection.data !== undefined && (
        <Paper withBorder p="lg" component="section" aria-label="Facts">
          <FactsOf appId={app.id} connection={connection.data} />
        </Paper>
      )}
      {connection.data !== undefined && !hasEnded && (
        <>
          <Subscriptions
            appId={app.id}
            // The page says already that it is not up to date.
            list={{ ...connection, isRefetchError: false, data: connection.data.subscriptions_page }}
            total={connection.data.subscriptions}
          />
          <TimelineCard title="Timeline" timeline={connection.data} />
        </>
      )}
    </Stack>
  );
}

/** The last things it did are known for ten minutes, if somebody was looking. */
function Ended({ appId, socketId }: { appId: string; socketId: string }) {
  const timeline = useTimeline(appId, socketId, true);
  return (
    <>
      <Text c="dimmed">This connection has ended, or never was. A client that comes back has another socket id.</Text>
      {timeline.data !== undefined && <TimelineCard title="How it ended" timeline={timeline.data} />}
    </>
  );
}

function FactsOf({ appId, connection }: { appId: string; connection: ConnectionDetail }) {
  const { user_id } = connection;
  return (
    <Facts
      facts={[
        [
          'Signed in as',
          user_id === null ? (
            'nobody'
          ) : (
            <Anchor key="user" component={Link} to={`/apps/${appId}/users/${encodeURIComponent(user_id)}`} inherit>
              {user_id}
            </Anchor>
          ),
        ],
        ['Client', connection.client ?? 'names none'],
        ['Transport', transportName(connection.transport)],
        ['Address', connection.address],
        ['Origin', connection.origin],
        ['Key', connection.key],
        ['Connected', <When key="connected" at={connection.connected_at} />],
        ['Last heard', <When key="heard" at={connection.last_heard_at} />],
        ['Messages it sent', formatNumber(connection.messages_in)],
        ['Messages it was sent', formatNumber(connection.messages_out)],
      ]}
    />
  );
}

function Actions({ appId, socketId }: { appId: string; socketId: string }) {
  const mayManage = useMay('manageConnections');
  const [dialog, setDialog] = useState<'disconnect' | 'send' | null>(null);
  const close = () => setDialog(null);
  if (!mayManage) {
    return (
      <Text fz="sm" c="dimmed">
        To message or end a connection takes {holdersOf('manageConnections')}.
      </Text>
    );
  }
  return (
    <Group gap="sm">
      <Button leftSection={<IconSend size={16} aria-hidden />} onClick={() => setDialog('send')}>
        Send it an event
      </Button>
      <Button
        variant="default"
        component={Link}
        to={`/apps/${appId}/console?socket_id=${encodeURIComponent(socketId)}`}
        leftSection={<IconTerminal2 size={16} aria-hidden />}
      >
        Follow in the console
      </Button>
      <Button variant="default" leftSection={<IconPlugX size={16} aria-hidden />} onClick={() => setDialog('disconnect')}>
        Disconnect
      </Button>
      <SendToConnectionModal appId={appId} socketId={socketId} opened={dialog === 'send'} onClose={close} />
      <DisconnectModal appId={appId} socketId={socketId} opened={dialog === 'disconnect'} onClose={close} />
    </Group>
  );
}
