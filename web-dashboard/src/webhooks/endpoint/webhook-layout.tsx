import { Stack } from '@mantine/core';
import { Outlet, useOutletContext, useParams } from 'react-router';
import { ApiError } from '../../api/api-error';
import type { EndpointRef } from '../../api/deliveries';
import type { Webhook } from '../../api/webhook-types';
import { useWebhook } from '../../api/webhook-queries';
import { useCurrentApp } from '../../app-page/app-layout';
import { LoadError } from '../../feedback/load-error';
import { NotFound } from '../../feedback/not-found';
import { EndpointNotice } from '../health/endpoint-notice';
import { HealthStrip } from '../health/health-strip';
import { SecretNotice } from './secret-notice';
import { WebhookHeading } from './webhook-heading';
import { WebhookSkeleton } from './webhook-skeleton';
import { WebhookTabs } from './webhook-tabs';

interface CurrentWebhook {
  endpoint: EndpointRef;
  webhook: Webhook;
}

/** Loads the endpoint once; every tab takes it from here. */
export function WebhookLayout() {
  const app = useCurrentApp();
  const { webhookId = '' } = useParams();
  const endpoint: EndpointRef = { appId: app.id, webhookId };
  const query = useWebhook(endpoint);

  if (query.data === undefined) {
    if (!query.isError) return <WebhookSkeleton />;
    if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what="endpoint" />;
    return <LoadError error={query.error} retry={query.refetch} />;
  }
  const webhook = query.data;
  return (
    <Stack gap="lg">
      <WebhookHeading appId={app.id} webhook={webhook} />
      <EndpointNotice webhook={webhook} />
      <SecretNotice webhook={webhook} />
      <HealthStrip webhook={webhook} />
      <WebhookTabs appId={app.id} webhook={webhook} />
      {/* The key drops all state of one endpoint when another is opened. */}
      <Outlet key={webhookId} context={{ endpoint, webhook } satisfies CurrentWebhook} />
    </Stack>
  );
}

export const useCurrentWebhook = () => useOutletContext<CurrentWebhook>();
