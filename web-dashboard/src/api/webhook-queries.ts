import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { EndpointRef } from './deliveries';
import { queryKeys } from './query-keys';
import type { NewWebhook, Webhook, WebhookPatch } from './webhook-types';
import {
  createWebhook,
  deleteWebhook,
  fetchWebhook,
  fetchWebhooks,
  pauseWebhook,
  resumeWebhook,
  rotateSecret,
  updateWebhook,
} from './webhooks';

/** An answer that holds a secret goes with the page that asked for it. */
const FORGET_SECRET = 0;

export function useWebhooks(appId: string) {
  return useQuery({
    queryKey: queryKeys.webhooks(appId),
    queryFn: () => fetchWebhooks(appId),
    refetchInterval: 10_000,
  });
}

export function useWebhook({ appId, webhookId }: EndpointRef) {
  return useQuery({
    queryKey: queryKeys.webhook({ appId, webhookId }),
    queryFn: () => fetchWebhook(appId, webhookId),
    refetchInterval: 5_000,
  });
}

export function useCreateWebhook(appId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (webhook: NewWebhook) => createWebhook(appId, webhook),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.webhooks(appId), exact: true }),
    gcTime: FORGET_SECRET,
  });
}

export function useDeleteWebhook(appId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (webhookId: string) => deleteWebhook(appId, webhookId),
    // The list alone: asking again for the endpoint that is gone would only yield a 404.
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.webhooks(appId), exact: true }),
  });
}

/** Puts a fresh endpoint into the cache; the list and what else is shown of it are asked for anew. */
function useStoreWebhook(endpoint: EndpointRef) {
  const client = useQueryClient();
  return (webhook: Webhook) => {
    client.setQueryData(queryKeys.webhook(endpoint), webhook);
    void client.invalidateQueries({ queryKey: queryKeys.webhooks(endpoint.appId) });
  };
}

export function useUpdateWebhook(endpoint: EndpointRef) {
  return useMutation({
    mutationFn: (patch: WebhookPatch) => updateWebhook(endpoint.appId, endpoint.webhookId, patch),
    onSuccess: useStoreWebhook(endpoint),
  });
}

export function useSwitchWebhook({ appId, webhookId }: EndpointRef) {
  return useMutation({
    mutationFn: (to: 'pause' | 'resume') => (to === 'pause' ? pauseWebhook : resumeWebhook)(appId, webhookId),
    onSuccess: useStoreWebhook({ appId, webhookId }),
  });
}

export function useRotateSecret(endpoint: EndpointRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => rotateSecret(endpoint.appId, endpoint.webhookId),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.webhook(endpoint), exact: true }),
    gcTime: FORGET_SECRET,
  });
}
