import { Anchor, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Queues } from '../api/operator';
import { useQueues } from '../api/operator-queries';
import { LoadError } from '../feedback/load-error';
import { StaleNotice } from '../feedback/stale-notice';
import { count, formatNumber } from '../format/count';
import { formatRelative } from '../format/time';
import { When } from '../format/when';
import { usePageTitle } from '../shell/page-title';
import table from '../tables/table.module.css';
import { FactList } from './fact-list';
import { bytes } from './figures';
import { MailList } from './mail-list';

/** The route /operator/queues: everything that waits, and for how long. */
export function QueuesPage() {
  usePageTitle('Queues', 'Installation');
  const queues = useQueues();
  if (queues.data === undefined) {
    return queues.isError ? (
      <LoadError error={queues.error} retry={queues.refetch} />
    ) : (
      <Skeleton h={320} aria-busy="true" aria-label="Loading the queues" />
    );
  }
  const { mails, webhooks, occurrences } = queues.data;
  return (
    <Stack gap="md">
      <Title order={2}>Queues</Title>
      <StaleNotice query={queues} />
      <Section title="Mails" note={mails.is_sending ? '' : 'No mail server is configured: mails go to the log.'}>
        <FactList
          facts={[
            ['Waiting', formatNumber(mails.waiting)],
            ['Tried in vain', formatNumber(mails.failing)],
            ['The oldest came', ago(mails.oldest_at)],
          ]}
        />
        <MailList mails={mails.list} waiting={mails.waiting} />
      </Section>
      <Section title="Webhooks" note="Of active endpoints. What paused ones have yet to be told is not among it.">
        <FactList
          facts={[
            ['Events waiting', formatNumber(webhooks.events)],
            ['The oldest came', ago(webhooks.oldest_at)],
            ['Lanes that fail', formatNumber(webhooks.failing_lanes)],
            ['Dead letters', formatNumber(webhooks.dead_letters)],
          ]}
        />
        <Lanes tenants={webhooks.tenants} />
      </Section>
      <Section title="Occurrences" note="What happened on this node and is not in the database yet.">
        <FactList
          facts={[
            ['Waiting', formatNumber(occurrences.waiting)],
            ['In memory', bytes(occurrences.bytes)],
            ['Recorded', formatNumber(occurrences.recorded)],
            ['Lost', formatNumber(occurrences.shed)],
          ]}
        />
      </Section>
    </Stack>
  );
}

const ago = (at: string | null) => (at === null ? 'nothing waits' : formatRelative(at, Date.now()));

function Section({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="md">
        <div>
          <Title order={3}>{title}</Title>
          {note !== '' && (
            <Text fz="sm" c="dimmed" mt={2}>
              {note}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </Paper>
  );
}

function Lanes({ tenants }: { tenants: Queues['webhooks']['tenants'] }) {
  if (tenants.length === 0) return null;
  return (
    <table className={table.table} aria-label="Organisations whose webhooks wait, the furthest behind first">
      <thead>
        <tr>
          <th scope="col">Organisation</th>
          <th scope="col">Events</th>
          <th scope="col">Lanes</th>
          <th scope="col">Tried since</th>
        </tr>
      </thead>
      <tbody>
        {tenants.map(({ tenant_id, name, events, lanes, failing, oldest_batch_at }) => (
          <tr key={tenant_id}>
            <td>
              <Anchor component={Link} to={`/operator/tenants/${tenant_id}`} className={table.link}>
                {name}
              </Anchor>
            </td>
            <td className={table.number}>
              {formatNumber(events)}
              <span className={table.label}> events</span>
            </td>
            <td className={table.number}>
              {count(lanes, 'lane')}
              {failing > 0 && `, ${formatNumber(failing)} failing`}
            </td>
            <td>{oldest_batch_at !== null && <When at={oldest_batch_at} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
