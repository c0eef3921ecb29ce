import { Drawer, Skeleton, Stack, Text } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { useDeliveries, useWebhooks } from '../api/webhook-queries';
import { useCurrentApp } from '../app-page/app-layout';
import { LoadError } from '../feedback/load-error';
import { usePageTitle } from '../shell/page-title';
import { DeliveryList } from './delivery-list';
import { PendingNotice } from './pending-notice';
import classes from './webhooks.module.css';

/** The route …/webhooks/:webhookId, drawn over the list. */
export function DeliveriesDrawer() {
  const app = useCurrentApp();
  usePageTitle('Deliveries', app.name);
  const { webhookId = '' } = useParams();
  const navigate = useNavigate();
  const webhook = useWebhooks(app.id).data?.find(({ id }) => id === webhookId);
  const log = useDeliveries(app.id, webhookId);

  return (
    <Drawer
      opened
      onClose={() => void navigate(`/apps/${app.id}/webhooks`)}
      position="right"
      size={620}
      title="Recent deliveries"
    >
      <Stack gap="md">
        {webhook !== undefined && <Text className={classes.url}>{webhook.url}</Text>}
        {log.isPending && (
          <Stack gap="sm" aria-busy="true" aria-label="Loading deliveries">
            <Skeleton h={64} />
            <Skeleton h={110} />
            <Skeleton h={110} />
          </Stack>
        )}
        {log.data === undefined && log.isError && <LoadError error={log.error} retry={log.refetch} />}
        {log.data !== undefined && (
          <>
            <PendingNotice log={log.data} />
            <DeliveryList deliveries={log.data.deliveries} />
          </>
        )}
      </Stack>
    </Drawer>
  );
}
