import { Badge, Group, Text } from '@mantine/core';
import { useApps } from '../api/app-queries';
import type { AuditEntry } from '../api/audit';
import { When } from '../format/when';
import { actionText } from './action-texts';
import { ChangeTable } from './change-table';
import classes from './audit.module.css';

const KINDS: Record<string, string> = { token: 'token', command_line: 'command line', operator: 'operator' };

/** One line; it opens onto what changed and where the request came from. */
export function AuditItem({ entry }: { entry: AuditEntry }) {
  const { actor, target } = entry;
  return (
    <li>
      <details className={classes.entry}>
        <summary className={classes.summary}>
          <span className={classes.what}>
            <Text span fz="sm" fw={600}>
              {actionText(entry.action)}
            </Text>
            {(target.name ?? target.id) !== null && (
              <Text span fz="sm" className={classes.foreign}>
                {target.name ?? target.id}
              </Text>
            )}
          </span>
          <Group component="span" gap={6} className={classes.who}>
            <Text span fz="sm" className={classes.foreign}>
              {actor.name ?? actor.id ?? 'the operator'}
            </Text>
            {KINDS[actor.kind] !== undefined && (
              <Badge component="span" size="sm" variant="light" color="gray">
                {KINDS[actor.kind]}
              </Badge>
            )}
          </Group>
          <span className={classes.time}>
            <When at={entry.at} />
          </span>
        </summary>
        <div className={classes.details}>
          <ChangeTable before={entry.before} after={entry.after} />
          <Origin entry={entry} />
        </div>
      </details>
    </li>
  );
}

function Origin({ entry }: { entry: AuditEntry }) {
  const app = useApps().data?.find(({ id }) => id === entry.app_id);
  const facts: [string, string | null][] = [
    ['App', app?.name ?? entry.app_id],
    ['Target', entry.target.id],
    ['Address', entry.address],
    ['Client', entry.user_agent],
    ['Request', entry.request_id],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={classes.foreign}>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
