import { Anchor, Badge, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { ApiError } from '../api/api-error';
import type { TenantDetail } from '../api/operator';
import { useTenant } from '../api/operator-queries';
import { LoadError } from '../feedback/load-error';
import { NotFound } from '../feedback/not-found';
import { StaleNotice } from '../feedback/stale-notice';
import { formatNumber } from '../format/count';
import { When } from '../format/when';
import { usePageTitle } from '../shell/page-title';
import table from '../tables/table.module.css';
import { LimitList } from '../usage/limit-list';
import { FactList } from './fact-list';
import { bytes, percent, perSecond } from './figures';
import classes from './operator.module.css';
import { ResumeModal, SuspendModal } from './suspend-modals';
import { SuspensionAlert } from './suspension-alert';
import { TermsForm } from './terms-form';

/** The route /operator/tenants/:tenantId: one organisation, what it may and what it does. */
export function OperatorTenantPage() {
  const { tenantId = '' } = useParams();
  const tenant = useTenant(tenantId);
  usePageTitle(tenant.data?.tenant.name ?? 'Organisation', 'Installation');
  if (tenant.data !== undefined) {
    return (
      <>
        <StaleNotice query={tenant} />
        <Detail detail={tenant.data} />
      </>
    );
  }
  if (tenant.error instanceof ApiError && tenant.error.status === 404) return <NotFound />;
  if (tenant.isError) return <LoadError error={tenant.error} retry={tenant.refetch} />;
  return <Skeleton h={320} aria-busy="true" aria-label="Loading the organisation" />;
}

function Detail({ detail }: { detail: TenantDetail }) {
  const { tenant, limits, apps } = detail;
  return (
    <Stack gap="lg">
      <Heading detail={detail} />
      {tenant.suspension && <SuspensionAlert at={tenant.suspension.at} reason={tenant.suspension.reason} />}
      <Paper withBorder p="md" component="section" aria-label="Now">
        <FactList
          facts={[
            ['Connections', formatNumber(tenant.now.connections)],
            ['Messages', perSecond(tenant.now.messages_per_second)],
            ['Messages today', formatNumber(tenant.now.messages_today)],
            ['Share of the node', percent(tenant.now.share_percent)],
            ['Throttled today', formatNumber(tenant.now.throttled_today)],
            ['Waiting in the node', `${bytes(tenant.now.backlog_bytes)} (${percent(tenant.now.backlog_percent)})`],
            ['Webhook events waiting', formatNumber(tenant.now.webhook_events)],
          ]}
        />
      </Paper>
      <Paper withBorder p="md" component="section" aria-label="Limits and use">
        <Title order={3}>Limits and use</Title>
        <LimitList limits={limits} />
      </Paper>
      <TermsForm key={tenant.id} detail={detail} />
      <Apps apps={apps} />
    </Stack>
  );
}

function Heading({ detail: { tenant } }: { detail: TenantDetail }) {
  const [asked, setAsked] = useState<'suspend' | 'resume' | null>(null);
  const close = () => setAsked(null);
  return (
    <Group justify="space-between" align="flex-start" gap="md">
      <div style={{ minWidth: 0 }}>
        <Group gap="sm">
          <Title order={2} className={classes.foreign}>
            {tenant.name}
          </Title>
          {tenant.suspension ? (
            <Badge color="red" variant="light">
              Suspended
            </Badge>
          ) : (
            <Badge variant="light">Active</Badge>
          )}
        </Group>
        <Text fz="sm" c="dimmed" className={classes.foreign} mt={4}>
          {tenant.owners.length > 0 ? `Owned by ${tenant.owners.join(', ')}` : 'Has no owner'} · since{' '}
          <When at={tenant.created_at} />
        </Text>
        <Anchor component={Link} to={`/operator/log?tenant=${tenant.id}`} fz="sm">
          What operators did here
        </Anchor>
      </div>
      {tenant.suspension ? (
        <Button variant="default" onClick={() => setAsked('resume')}>
          Resume
        </Button>
      ) : (
        <Button color="red" variant="light" onClick={() => setAsked('suspend')}>
          Suspend
        </Button>
      )}
      <SuspendModal tenant={tenant} opened={asked === 'suspend'} onClose={close} />
      <ResumeModal tenant={tenant} opened={asked === 'resume'} onClose={close} />
    </Group>
  );
}

function Apps({ apps }: { apps: TenantDetail['apps'] }) {
  return (
    <Paper withBorder p="md" component="section" aria-label="Apps">
      <Title order={3}>Apps</Title>
      {apps.length === 0 ? (
        <Text fz="sm" c="dimmed" mt="xs">
          It has none yet.
        </Text>
      ) : (
        <table className={table.table} aria-label="Its apps">
          <thead>
            <tr>
              <th scope="col">App</th>
              <th scope="col">Connections</th>
              <th scope="col">Messages today</th>
            </tr>
          </thead>
          <tbody>
            {apps.map(({ id, name, enabled, connections, messages_today }) => (
              <tr key={id}>
                <td className={table.foreign}>
                  {name}{' '}
                  <Text span fz="xs" c="dimmed">
                    {id}
                    {enabled ? '' : ' · disabled by its organisation'}
                  </Text>
                </td>
                <td className={table.number}>
                  {formatNumber(connections)}
                  <span className={table.label}> connections</span>
                </td>
                <td className={table.number}>
                  {formatNumber(messages_today)}
                  <span className={table.label}> messages today</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Paper>
  );
}
