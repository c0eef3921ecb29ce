import { Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { Activity } from '../activity/activity';
import { KIND_LABELS, outcomeOf, subjectOf } from '../activity/describe';
import { Facts } from '../activity/facts';
import { Payload } from '../activity/payload';
import { When } from '../format/when';
import { useLast } from '../feedback/use-last';

interface ActivityDrawerProps {
  appId: string;
  /** Null while it is closed. */
  activity: Activity | null;
  onClose: () => void;
}

export function ActivityDrawer({ appId, activity, onClose }: ActivityDrawerProps) {
  const shown = useLast(activity);
  return (
    <Drawer
      opened={activity !== null}
      onClose={onClose}
      position="right"
      size={560}
      title={shown === null ? '' : KIND_LABELS[shown.kind]}
    >
      {shown !== null && <Details appId={appId} activity={shown} />}
    </Drawer>
  );
}

function Details({ appId, activity }: { appId: string; activity: Activity }) {
  const { at, kind, channel, socket_id, user_id, webhook_id, delivery_id } = activity;
  const to = (rest: string, name: string) => (
    <Anchor component={Link} to={`/apps/${appId}/${rest}/${encodeURIComponent(name)}`} inherit>
      {name}
    </Anchor>
  );
  return (
    <Stack gap="lg">
      <Text style={{ overflowWrap: 'anywhere', unicodeBidi: 'isolate' }}>{subjectOf(activity)}</Text>
      <Facts
        facts={[
          ['When', <When key="when" at={new Date(at).toISOString()} />],
          ['Event', kind === 'event' && activity.name],
          ['Channel', channel && to('channels', channel)],
          ['Connection', socket_id && to('connections', socket_id)],
          ['User', user_id && to('users', user_id)],
          ['Outcome', kind === 'event' && outcomeOf(activity)],
          ['Key', activity.key],
          ['Status', activity.status],
          ['Delivery', webhook_id && delivery_id && to(`webhooks/${webhook_id}/deliveries`, delivery_id)],
        ]}
      />
      {kind === 'event' && (
        <Payload
          title="Data"
          text={activity.data ?? null}
          bytes={activity.data_bytes ?? 0}
          cut={activity.data_cut ?? false}
        />
      )}
      <Follow appId={appId} activity={activity} />
    </Stack>
  );
}

/** From one thing to all of its kind. */
function Follow({ appId, activity: { channel, socket_id, user_id } }: { appId: string; activity: Activity }) {
  const ways: [string, string | undefined][] = [
    ['channel', channel],
    ['socket_id', socket_id],
    ['user_id', user_id],
  ];
  const labels: Record<string, string> = { channel: 'this channel', socket_id: 'this connection', user_id: 'this user' };
  return (
    <Group gap="xs">
      {ways.map(
        ([name, value]) =>
          value !== undefined && (
            <Button
              key={name}
              component={Link}
              size="xs"
              variant="default"
              to={`/apps/${appId}/console?${new URLSearchParams({ [name]: value })}`}
            >
              Follow {labels[name]}
            </Button>
          ),
      )}
    </Group>
  );
}
