import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useWebhooks } from '../../api/webhook-queries';
import { useCurrentApp } from '../../app-page/app-layout';
import { EmptyState } from '../../feedback/empty-state';
import { LoadError } from '../../feedback/load-error';
import { StaleNotice } from '../../feedback/stale-notice';
import { holdersOf, useMay } from '../../session/rights';
import { usePageTitle } from '../../shell/page-title';
import { EndpointCard } from './endpoint-card';
import { ListSkeleton } from './list-skeleton';
import { ListenLine } from './listen-line';

export function WebhooksPage() {
  const app = useCurrentApp();
  usePageTitle('Webhooks', app.name);
  const webhooks = useWebhooks(app.id);
  const isEmpty = webhooks.data?.length === 0;
  const mayManage = useMay('manageWebhooks');
  const mayListen = useMay('listen');
  const addButton = mayManage && (
    <Button component={Link} to={`/apps/${app.id}/webhooks/new`} leftSection={<IconPlus size={17} aria-hidden />}>
      Add endpoint
    </Button>
  );

  return (
    <Stack gap="lg" maw={920}>
      <Group justify="space-between" align="flex-start" mih={50}>
        <div>
          <Title order={2}>Webhooks</Title>
          <Text c="dimmed" fz="sm" mt={2} maw={560}>
            Your server is told what happens on channels, in order. Each request is signed, and a failed one is tried
            again for 72 hours.
          </Text>
        </div>
        {!isEmpty && addButton}
      </Group>
      <StaleNotice query={webhooks} />
      {webhooks.isPending && <ListSkeleton />}
      {webhooks.data === undefined && webhooks.isError && (
        <LoadError error={webhooks.error} retry={webhooks.refetch} />
      )}
      {isEmpty && (
        <EmptyState icon={<IconWebhook size={26} />} title="No endpoints yet" action={addButton}>
          Nobody is told anything, because no address is known. Once your server’s is added, it gets a request when channels
          fill and empty, when members come and go, and when clients send events.
          {!mayManage && ` Adding one takes ${holdersOf('manageWebhooks')}.`}
        </EmptyState>
      )}
      {webhooks.data?.map((webhook) => <EndpointCard key={webhook.id} appId={app.id} webhook={webhook} />)}
      {webhooks.data !== undefined && mayListen && <ListenLine appId={app.id} />}
    </Stack>
  );
}
