import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { useState } from 'react';
import { Outlet } from 'react-router';
import type { CreatedWebhook, Webhook } from '../api/types';
import { useWebhooks } from '../api/webhook-queries';
import { useCurrentApp } from '../app-page/app-layout';
import { EmptyState } from '../feedback/empty-state';
import { LoadError } from '../feedback/load-error';
import { usePageTitle } from '../shell/page-title';
import { CreateWebhookModal } from './create-webhook-modal';
import { DeleteWebhookModal } from './delete-webhook-modal';
import { SigningSecretModal } from './signing-secret-modal';
import { WebhookCard } from './webhook-card';

export function WebhooksPage() {
  const app = useCurrentApp();
  usePageTitle('Webhooks', app.name);
  const webhooks = useWebhooks(app.id);
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<CreatedWebhook | null>(null);
  const [doomed, setDoomed] = useState<Webhook | null>(null);
  const addButton = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => setCreating(true)}>
      Add endpoint
    </Button>
  );

  return (
    <Stack gap="lg" maw={920}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2}>Webhooks</Title>
          <Text c="dimmed" fz="sm" mt={2} maw={560}>
            Your server is told what happens on channels. Each request is signed, and a failed one is tried again.
          </Text>
        </div>
        {webhooks.data !== undefined && webhooks.data.length > 0 && addButton}
      </Group>
      {webhooks.isPending && <Skeleton h={150} aria-busy="true" aria-label="Loading webhooks" />}
      {webhooks.data === undefined && webhooks.isError && (
        <LoadError error={webhooks.error} retry={webhooks.refetch} />
      )}
      {webhooks.data?.length === 0 && (
        <EmptyState icon={<IconWebhook size={26} />} title="No endpoints yet" action={addButton}>
          Add the address of your server. It then gets a request when channels fill and empty, when members come and go,
          and when clients send events.
        </EmptyState>
      )}
      {webhooks.data?.map((webhook) => (
        <WebhookCard key={webhook.id} appId={app.id} webhook={webhook} onDelete={() => setDoomed(webhook)} />
      ))}
      <CreateWebhookModal
        appId={app.id}
        opened={creating}
        onClose={() => setCreating(false)}
        onCreated={(webhook) => {
          setCreating(false);
          setCreated(webhook);
        }}
      />
      {created !== null && <SigningSecretModal created={created} onClose={() => setCreated(null)} />}
      <DeleteWebhookModal appId={app.id} doomed={doomed} onClose={() => setDoomed(null)} />
      {/* The deliveries of one endpoint, in a drawer with its own address. */}
      <Outlet context={app} />
    </Stack>
  );
}
