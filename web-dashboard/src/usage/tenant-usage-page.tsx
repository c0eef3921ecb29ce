import { Paper, Skeleton, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import type { Limits } from '../api/usage';
import { useLimits } from '../api/usage-queries';
import { LoadError } from '../feedback/load-error';
import { usePageTitle } from '../shell/page-title';
import { AppShares } from './app-shares';
import { LimitList } from './limit-list';
import { UsageView } from './usage-view';

export function TenantUsagePage() {
  usePageTitle('Usage');
  const limits = useLimits();
  const names = useMemo(() => new Map(limits.data?.apps.map(({ app_id, name }) => [app_id, name])), [limits.data]);
  return (
    <UsageView appId={null} heading={<Title order={2}>Usage and limits</Title>} names={names}>
      {limits.data !== undefined ? (
        <TenantLimits limits={limits.data} />
      ) : limits.isError ? (
        <LoadError error={limits.error} retry={limits.refetch} />
      ) : (
        <Skeleton h={320} />
      )}
    </UsageView>
  );
}

function TenantLimits({ limits: { plan, limits, apps } }: { limits: Limits }) {
  return (
    <>
      <Paper withBorder p="lg" component="section" aria-labelledby="limits-heading">
        <Title order={2} id="limits-heading">
          Limits of the organisation
        </Title>
        <Text fz="sm" c="dimmed" mt={2}>
          {plan === null ? 'Without a plan.' : `Plan ${plan}.`} All apps share them. At 80 % and when one is
          used up, that is noted once a day for each limit.
        </Text>
        <LimitList limits={limits} />
      </Paper>
      <AppShares apps={apps} />
    </>
  );
}
