import { Button, Stack, Text, Title } from '@mantine/core';
import { IconBuildings } from '@tabler/icons-react';
import { useTenants } from '../api/operator-queries';
import { EmptyState } from '../feedback/empty-state';
import { DraftInput } from '../filters/draft-input';
import { useUrlFilter } from '../filters/use-url-filter';
import { usePageTitle } from '../shell/page-title';
import { LiveList } from '../tables/live-list';
import { TenantTable } from './tenant-table';

/** The route /operator/tenants: every organisation, the newest first. */
export function OperatorTenantsPage() {
  usePageTitle('Organisations', 'Installation');
  const { filter, set, clear, isSet } = useUrlFilter(['search'] as const);
  const tenants = useTenants(filter.search ?? '');
  const empty = isSet ? (
    <EmptyState
      icon={<IconBuildings size={26} />}
      title="No organisation matches"
      action={
        <Button variant="default" onClick={clear}>
          Show all
        </Button>
      }
    >
      Search by part of a name, of a member’s address, or by the whole id.
    </EmptyState>
  ) : (
    <EmptyState icon={<IconBuildings size={26} />} title="No organisation yet">
      The first one signs up in the dashboard, or is made with <code>campanile tenant create</code>.
    </EmptyState>
  );
  return (
    <Stack gap="md">
      <div>
        <Title order={2}>Organisations</Title>
        <Text c="dimmed" fz="sm" mt={2}>
          The newest first. Rates are of the last five seconds.
        </Text>
      </div>
      <div role="search" aria-label="Search organisations" style={{ maxWidth: 420 }}>
        <DraftInput
          label="Search"
          placeholder="Name, a member’s address, or id"
          value={filter.search}
          onChange={(search) => set({ search })}
        />
      </div>
      <LiveList list={tenants} empty={empty}>
        {(rows) => <TenantTable label="Organisations" tenants={rows} />}
      </LiveList>
    </Stack>
  );
}
