import { Button, Select, Stack, Text, Title } from '@mantine/core';
import { IconFilterOff, IconPlugConnected } from '@tabler/icons-react';
import { TRANSPORT_CHOICES } from '../activity/transports';
import { useConnections } from '../api/insight-queries';
import { CONNECTION_FILTERS } from '../api/insight-types';
import type { App } from '../api/types';
import { useCurrentApp } from '../app-page/app-layout';
import { EmptyState } from '../feedback/empty-state';
import { DraftInput } from '../filters/draft-input';
import filters from '../filters/filters.module.css';
import { useUrlFilter } from '../filters/use-url-filter';
import { usePageTitle } from '../shell/page-title';
import { LiveList } from '../tables/live-list';
import { ConnectionTable } from './connection-table';

/** The route …/connections: who is connected now; the search is in the address. */
export function ConnectionsPage() {
  const app = useCurrentApp();
  usePageTitle('Connections', app.name);
  const { filter, set, clear, isSet } = useUrlFilter(CONNECTION_FILTERS);
  const list = useConnections(app.id, filter);
  return (
    <Stack gap="md">
      <div>
        <Title order={2}>Connections</Title>
        <Text c="dimmed" fz="sm" mt={2}>
          Who is connected right now. All that you search by must hold.
        </Text>
      </div>
      <div className={filters.filters} role="search" aria-label="Search connections">
        <DraftInput label="User id" value={filter.user_id} onChange={(user_id) => set({ user_id })} />
        <DraftInput
          label="Socket id"
          placeholder="123.456"
          value={filter.socket_id}
          onChange={(socket_id) => set({ socket_id })}
        />
        <DraftInput
          label="Address"
          placeholder="192.0.2.1"
          value={filter.address}
          onChange={(address) => set({ address })}
        />
        <DraftInput
          label="Client"
          placeholder="pusher-js"
          value={filter.client}
          onChange={(client) => set({ client })}
        />
        <Select
          label="Transport"
          placeholder="Any"
          data={TRANSPORT_CHOICES}
          value={filter.transport ?? null}
          onChange={(transport) => set({ transport: transport ?? '' })}
          clearable
        />
        <DraftInput label="Channel" value={filter.channel} onChange={(channel) => set({ channel })} />
      </div>
      <LiveList list={list} empty={isSet ? <NoMatch onClear={clear} /> : <NoConnections app={app} />}>
        {(connections) => <ConnectionTable appId={app.id} label="Connections" connections={connections} />}
      </LiveList>
    </Stack>
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      icon={<IconFilterOff size={26} />}
      title="No connection matches"
      action={<Button onClick={onClear}>Clear the search</Button>}
    >
      Only connections that are open now are found. User ids and channels must be whole, a client's name need not.
    </EmptyState>
  );
}

function NoConnections({ app }: { app: App }) {
  return (
    <EmptyState icon={<IconPlugConnected size={26} />} title="Nobody is connected">
      {app.enabled
        ? 'Open a page of yours that connects with a key of this app: it appears here by itself.'
        : 'The app is disabled and takes no connections. Enable it in its settings.'}
    </EmptyState>
  );
}
