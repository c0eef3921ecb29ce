import { Button, Stack, Text, Title } from '@mantine/core';
import { IconFilterOff, IconHash } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useChannels } from '../api/insight-queries';
import type { ChannelRow } from '../api/insight-types';
import type { App } from '../api/types';
import { useCurrentApp } from '../app-page/app-layout';
import { EmptyState } from '../feedback/empty-state';
import { DraftInput } from '../filters/draft-input';
import filters from '../filters/filters.module.css';
import { useUrlFilter } from '../filters/use-url-filter';
import { count } from '../format/count';
import { usePageTitle } from '../shell/page-title';
import { LiveList } from '../tables/live-list';
import classes from '../tables/table.module.css';
import { AccessBadge } from './access-badge';

/** The route …/channels: those that somebody is subscribed to. */
export function ChannelsPage() {
  const app = useCurrentApp();
  usePageTitle('Channels', app.name);
  const { filter, set, clear } = useUrlFilter(['prefix']);
  const { prefix = '' } = filter;
  const list = useChannels(app.id, prefix);
  return (
    <Stack gap="md">
      <div>
        <Title order={2}>Channels</Title>
        <Text c="dimmed" fz="sm" mt={2}>
          The channels that somebody is subscribed to right now, by name.
        </Text>
      </div>
      <div className={filters.filters} role="search" aria-label="Filter channels">
        <DraftInput
          label="Name begins with"
          placeholder="presence-"
          value={prefix}
          onChange={(change) => set({ prefix: change })}
        />
      </div>
      <LiveList list={list} empty={prefix === '' ? <NoChannels app={app} /> : <NoMatch prefix={prefix} onClear={clear} />}>
        {(channels) => <ChannelTable appId={app.id} channels={channels} />}
      </LiveList>
    </Stack>
  );
}

function ChannelTable({ appId, channels }: { appId: string; channels: readonly ChannelRow[] }) {
  return (
    <table className={classes.table} aria-label="Channels">
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col">Access</th>
          <th scope="col">Subscriptions</th>
          <th scope="col">Users</th>
          <th scope="col">Last event</th>
        </tr>
      </thead>
      <tbody>
        {channels.map(({ channel, access, subscriptions, users, cached }) => (
          <tr key={channel}>
            <td>
              <Link to={`/apps/${appId}/channels/${encodeURIComponent(channel)}`} className={classes.link}>
                {channel}
              </Link>
            </td>
            <td>
              <AccessBadge access={access} />
            </td>
            <td className={classes.number}>{count(subscriptions, 'subscription')}</td>
            <td className={classes.number}>{users === null ? '' : count(users, 'user')}</td>
            <td>{cached && 'remembered'}</td>
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
      title={`No channel begins with “${prefix}”`}
      action={<Button onClick={onClear}>Show all</Button>}
    >
      A channel is here for as long as somebody is subscribed to it. Case matters.
    </EmptyState>
  );
}

function NoChannels({ app }: { app: App }) {
  return (
    <EmptyState icon={<IconHash size={26} />} title="No channel is occupied">
      {reason(app)}
    </EmptyState>
  );
}

function reason({ enabled, connections }: App): string {
  if (!enabled) return 'The app is disabled and takes no connections. Enable it in its settings.';
  if (connections === 0) return 'Nobody is connected. A channel appears here when a client subscribes to it.';
  return 'Clients are connected, but none has subscribed to a channel. Look for refusals in the console.';
}
