import { Button, Group, SimpleGrid, Title } from '@mantine/core';
import { IconApps, IconPlus } from '@tabler/icons-react';
import { Link, Outlet } from 'react-router';
import { useApps } from '../api/app-queries';
import { AppCard } from '../apps-list/app-card';
import { AppCardSkeleton } from '../apps-list/app-card-skeleton';
import { EmptyState } from '../feedback/empty-state';
import { LoadError } from '../feedback/load-error';
import { usePageTitle } from '../shell/page-title';

const COLUMNS = { base: 1, sm: 2, md: 3 };

export function AppsPage() {
  usePageTitle('Apps');
  const apps = useApps();
  const isEmpty = apps.data?.length === 0;

  return (
    <>
      <Group justify="space-between" mb="lg" mih={36}>
        <Title order={1}>Apps</Title>
        {!isEmpty && <CreateButton label="Create app" />}
      </Group>
      {apps.data === undefined && apps.isError && <LoadError error={apps.error} retry={apps.refetch} />}
      {apps.isPending && (
        <SimpleGrid cols={COLUMNS} aria-busy="true" aria-label="Loading apps">
          {[0, 1, 2].map((index) => (
            <AppCardSkeleton key={index} />
          ))}
        </SimpleGrid>
      )}
      {isEmpty && (
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
      <Outlet />
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
