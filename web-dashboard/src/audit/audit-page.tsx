import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import type { AuditFilter } from '../api/audit';
import { useAudit } from '../api/people-queries';
import { EmptyState } from '../feedback/empty-state';
import { ListSkeleton } from '../feedback/list-skeleton';
import { LoadError } from '../feedback/load-error';
import { NotAllowed } from '../feedback/not-allowed';
import { useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { AuditFilters } from './audit-filters';
import { AuditItem } from './audit-item';
import classes from './audit.module.css';
import { useAuditFilter } from './use-audit-filter';

export function AuditPage() {
  usePageTitle('Audit log');
  const may = useMay('viewAudit');
  return may ? <AuditLog /> : <NotAllowed right="viewAudit" title="The audit log is not for your role" />;
}

function AuditLog() {
  const filter = useAuditFilter();
  return (
    <Stack gap="md">
      <div>
        <Title order={2}>Audit log</Title>
        <Text c="dimmed" fz="sm" mt={2} maw={620}>
          Who changed what, in this dashboard, by the API or on the command line. Newest first; secrets are never in it.
        </Text>
      </div>
      <AuditFilters {...filter} />
      <Entries filter={filter.filter} isFiltered={filter.isSet} onClear={filter.clear} />
    </Stack>
  );
}

interface EntriesProps {
  filter: AuditFilter;
  isFiltered: boolean;
  onClear: () => void;
}

function Entries({ filter, isFiltered, onClear }: EntriesProps) {
  const log = useAudit(filter, true);
  if (log.data === undefined) {
    return log.isError ? <LoadError error={log.error} retry={log.refetch} /> : <ListSkeleton label="Loading the log" />;
  }
  if (log.data.length === 0) return <NoEntries isFiltered={isFiltered} onClear={onClear} />;
  return (
    <Paper withBorder>
      <ul className={classes.list} aria-label="Changes, newest first">
        {log.data.map((entry) => (
          <AuditItem key={entry.id} entry={entry} />
        ))}
      </ul>
      <Group justify="center" p="sm" className={classes.foot}>
        {log.hasNextPage ? (
          <Button variant="default" size="xs" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            Load older
          </Button>
        ) : (
          <Text fz="xs" c="dimmed">
            That is all.
          </Text>
        )}
      </Group>
      {log.isFetchNextPageError && <LoadError error={log.error} retry={log.fetchNextPage} />}
    </Paper>
  );
}

function NoEntries({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (!isFiltered) {
    return (
      <EmptyState icon={<IconHistory size={26} />} title="Nothing yet">
        The first change to this organisation, its people or its apps will stand here.
      </EmptyState>
    );
  }
  const clear = (
    <Button variant="default" onClick={onClear}>
      Clear the filter
    </Button>
  );
  return (
    <EmptyState icon={<IconHistory size={26} />} title="No change matches" action={clear}>
      There may be others outside of this filter.
    </EmptyState>
  );
}
