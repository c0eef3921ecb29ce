import { Button, Group, SimpleGrid, Title } from '@mantine/core';
import { IconApps, IconPlus } from '@tabler/icons-react';
import { Link, Navigate, Outlet } from 'react-router';
import { useApps } from '../api/app-queries';
import { AppCard } from '../apps-list/app-card';
import { AppCardSkeleton } from '../apps-list/app-card-skeleton';
import { EmptyState } from '../feedback/empty-state';
import { LoadError } from '../feedback/load-error';
import { StaleNotice } from '../feedback/stale-notice';
import { holdersOf, useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';

const COLUMNS = { base: 1, sm: 2, md: 3 };

/** Where everybody lands; whose role sees no apps goes on to what was used of them. */
export function AppsPage() {
  return useMay('viewApps') ? <Apps /> : <Navigate to="/organisation/usage" replace />;
}

function Apps() {
  usePageTitle('Apps');
  const apps = useApps();
  const mayCreate = useMay('manageApps');
  const isEmpty = apps.data?.length === 0;

  return (
    <>
      <Group justify="space-between" mb="lg" mih={36}>
        <Title order={1}>Apps</Title>
        {!isEmpty && mayCreate && <CreateButton label="Create app" />}
      </Group>
      {apps.data === undefined && apps.isError && <LoadError error={apps.error} retry={apps.refetch} />}
      <StaleNotice query={apps} />
      {apps.isPending && (
        <SimpleGrid cols={COLUMNS} aria-busy="true" aria-label="Loading apps">
          {[0, 1, 2].map((index) => (
            <AppCardSkeleton key={index} />
          ))}
        </SimpleGrid>
      )}
      {isEmpty && !mayCreate && (
        <EmptyState icon={<IconApps size={26} />} title="No apps yet">
          Your organisation has none. Creating one takes {holdersOf('manageApps')}.
        </EmptyState>
      )}
      {isEmpty && mayCreate && (
        <EmptyState
          icon={<IconApps size={26} />}
          title="Create your first app"
          action={<CreateButton label="Create app" />}
        >
          An app has its own keys, channels and webhooks. Make one for each environment, such as production and staging.
          You get ready-made code to connect with right after.
        </EmptyState>
      )}
      <SimpleGrid cols={COLUMNS}>{apps.data?.map((app) => <AppCard key={app.id} app={app} />)}</SimpleGrid>
      {mayCreate && <Outlet />}
    </>
  );
}

function CreateButton({ label }: { label: string }) {
  return (
    <Button component={Link} to="/apps/new" leftSection={<IconPlus size={17} aria-hidden />}>
      {label}
    </Button>
  );
}
