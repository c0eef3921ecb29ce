import { Anchor, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconSend, IconTerminal2 } from '@tabler/icons-react';
import { Link, useParams } from 'react-router';
import { Facts } from '../activity/facts';
import { Payload } from '../activity/payload';
import { TimelineCard } from '../activity/timeline';
import { useChannel, useSubscribers } from '../api/insight-queries';
import type { ChannelDetail } from '../api/insight-types';
import { useCurrentApp } from '../app-page/app-layout';
import { ConnectionTable } from '../connections/connection-table';
import { LoadError } from '../feedback/load-error';
import { count, formatNumber } from '../format/count';
import { useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { LiveList } from '../tables/live-list';
import { AccessBadge } from './access-badge';
import { Members } from './members';

/** The route …/channels/:channel: one channel, also when nobody is subscribed to it. */
export function ChannelPage() {
  const app = useCurrentApp();
  const { channel = '' } = useParams();
  usePageTitle(channel, 'Channels', app.name);
  const detail = useChannel(app.id, channel);
  return (
    <Stack gap="lg">
      <div>
        <Anchor component={Link} to={`/apps/${app.id}/channels`} fz="sm">
          <Group gap={4} component="span">
            <IconArrowLeft size={15} aria-hidden /> Channels
          </Group>
        </Anchor>
        <Title order={2} mt={4} style={{ overflowWrap: 'anywhere', unicodeBidi: 'isolate' }}>
          {channel}
        </Title>
      </div>
      {detail.data !== undefined ? (
        <Details key={channel} appId={app.id} detail={detail.data} />
      ) : detail.isError ? (
        <LoadError error={detail.error} retry={detail.refetch} />
      ) : (
        <Skeleton h={220} aria-label="Loading the channel" />
      )}
    </Stack>
  );
}

function Details({ appId, detail }: { appId: string; detail: ChannelDetail }) {
  const { channel, access, subscriptions, users, cached, occupied } = detail;
  const maySend = useMay('sendEvents');
  const name = encodeURIComponent(channel);
  return (
    <>
      <Group gap="sm">
        {maySend && (
          <Button component={Link} to={`/apps/${appId}/send?channel=${name}`} leftSection={<IconSend size={16} aria-hidden />}>
            Send it an event
          </Button>
        )}
        <Button
          variant="default"
          component={Link}
          to={`/apps/${appId}/console?channel=${name}`}
          leftSection={<IconTerminal2 size={16} aria-hidden />}
        >
          Follow in the console
        </Button>
      </Group>
      <Paper withBorder p="lg" component="section" aria-label="Facts">
        <Facts
          facts={[
            ['Access', <AccessBadge key="access" access={access} />],
            ['State', occupied ? 'Occupied' : 'Vacant: nobody is subscribed'],
            ['Subscriptions', formatNumber(subscriptions)],
            ['Users', users === null ? null : formatNumber(users)],
            ['Last event', cached ? 'Remembered for who subscribes later' : 'Not remembered'],
          ]}
        />
      </Paper>
      {detail.cached_event !== null && <Cached event={detail.cached_event} />}
      {access === 'presence' && <Members appId={appId} channel={channel} />}
      <Subscribers appId={appId} channel={channel} />
      <TimelineCard title="Recent activity" timeline={detail} />
    </>
  );
}

function Cached({ event: { data, data_bytes, ttl_seconds } }: { event: NonNullable<ChannelDetail['cached_event']> }) {
  const isCut = data !== null && new TextEncoder().encode(data).length < data_bytes;
  return (
    <section aria-label="Remembered event">
      <Title order={3} mb="xs">
        Remembered event
      </Title>
      <Payload title="Data" text={data} bytes={data_bytes} cut={isCut} />
      <Text fz="xs" c="dimmed" mt={6}>
        New subscribers get it first, for {count(Math.max(1, Math.ceil(ttl_seconds / 60)), 'more minute', 'more minutes')}.
      </Text>
    </section>
  );
}

function Subscribers({ appId, channel }: { appId: string; channel: string }) {
  const list = useSubscribers(appId, channel);
  const empty = (
    <Paper withBorder p="md">
      <Text fz="sm" c="dimmed">
        Nobody is subscribed right now. An event sent here reaches nobody.
      </Text>
    </Paper>
  );
  return (
    <section aria-label="Subscribers">
      <Title order={3} mb="xs">
        Subscribers
      </Title>
      <LiveList list={list} empty={empty}>
        {(connections) => <ConnectionTable appId={appId} label="Subscribers" connections={connections} />}
      </LiveList>
    </section>
  );
}
