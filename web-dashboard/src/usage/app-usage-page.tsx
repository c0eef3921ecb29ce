import { Anchor, Paper, Skeleton, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { useLimits } from '../api/usage-queries';
import { useCurrentApp } from '../app-page/app-layout';
import { LoadError } from '../feedback/load-error';
import { usePageTitle } from '../shell/page-title';
import { LimitList } from './limit-list';
import { UsageView } from './usage-view';

export function AppUsagePage() {
  const app = useCurrentApp();
  usePageTitle('Usage', app.name);
  return (
    <UsageView appId={app.id} heading={<Title order={2}>Usage and limits</Title>}>
      <Paper withBorder p="lg" component="section" aria-labelledby="limits-heading">
        <Title order={2} id="limits-heading">
          Limits
        </Title>
        <Text fz="sm" c="dimmed" mt={2}>
          The lower of this app’s own and the organisation’s. Its own are among its{' '}
          <Anchor component={Link} to={`/apps/${app.id}/settings`} fz="sm" underline="always">
            settings
          </Anchor>
          ; all apps together are at{' '}
          <Anchor component={Link} to="/organisation/usage" fz="sm" underline="always">
            the organisation’s usage
          </Anchor>
          .
        </Text>
        <OwnLimits appId={app.id} />
      </Paper>
    </UsageView>
  );
}

function OwnLimits({ appId }: { appId: string }) {
  const limits = useLimits();
  if (limits.data !== undefined) {
    return <LimitList limits={limits.data.apps.find(({ app_id }) => app_id === appId)?.limits ?? []} />;
  }
  return limits.isError ? <LoadError error={limits.error} retry={limits.refetch} /> : <Skeleton h={240} mt="md" />;
}
