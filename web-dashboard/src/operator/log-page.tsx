import { Anchor, Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Fields } from '../api/audit';
import type { OperatorEntry } from '../api/operator';
import { useOperatorLog } from '../api/operator-queries';
import audit from '../audit/audit.module.css';
import { ChangeTable } from '../audit/change-table';
import { EmptyState } from '../feedback/empty-state';
import { useUrlFilter } from '../filters/use-url-filter';
import { When } from '../format/when';
import { usePageTitle } from '../shell/page-title';
import { LiveList } from '../tables/live-list';
import { operatorActionText } from './action-texts';

/** The route /operator/log: what operators did, the newest first. */
export function OperatorLogPage() {
  usePageTitle('Log', 'Installation');
  const { filter, clear } = useUrlFilter(['tenant'] as const);
  const log = useOperatorLog(filter.tenant ?? '');
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={2}>Log</Title>
          <Text c="dimmed" fz="sm" mt={2}>
            What operators did, the newest first. An organisation reads in its own log what was done to it, but not by
            whom.
          </Text>
        </div>
        {filter.tenant !== undefined && (
          <Button variant="default" size="xs" onClick={clear}>
            Show all organisations
          </Button>
        )}
      </Group>
      <LiveList
        list={log}
        empty={
          <EmptyState icon={<IconHistory size={26} />} title="Nothing yet">
            The first thing that an operator changes will stand here.
          </EmptyState>
        }
      >
        {(entries) => (
          <ul className={audit.list} aria-label="What operators did, newest first">
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ul>
        )}
      </LiveList>
    </Stack>
  );
}

function Entry({ entry }: { entry: OperatorEntry }) {
  const about = entry.tenant_name ?? entry.target_name ?? entry.target_id;
  return (
    <li>
      <details className={audit.entry}>
        <summary className={audit.summary}>
          <span className={audit.what}>
            <Text span fz="sm" fw={600}>
              {operatorActionText(entry.action, entry.after)}
            </Text>
            {about !== null && (
              <Text span fz="sm" className={audit.foreign}>
                {about}
              </Text>
            )}
          </span>
          <Group component="span" gap={6}>
            {entry.operator === null ? (
              <Badge component="span" size="sm" variant="light" color="gray">
                command line
              </Badge>
            ) : (
              <Text span fz="sm" className={audit.foreign}>
                {entry.operator}
              </Text>
            )}
          </Group>
          <span className={audit.time}>
            <When at={entry.at} />
          </span>
        </summary>
        <div className={audit.details}>
          <ChangeTable before={entry.before as Fields | null} after={entry.after as Fields | null} />
          {entry.tenant_id !== null && (
            <Anchor component={Link} to={`/operator/tenants/${entry.tenant_id}`} fz="sm">
              Open the organisation
            </Anchor>
          )}
          <Text fz="xs" c="dimmed" mt="xs" className={audit.foreign}>
            {[entry.address, entry.request_id].filter((part) => part !== null).join(' · ')}
          </Text>
        </div>
      </details>
    </li>
  );
}
