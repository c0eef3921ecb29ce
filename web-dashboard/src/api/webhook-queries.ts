import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { queryKeys } from './query-keys';
import type { NewWebhook } from './types';
import { createWebhook, deleteWebhook, fetchDeliveries, fetchWebhooks } from './webhooks';

export function useWebhooks(appId: string) {
  return useQuery({
    queryKey: queryKeys.webhooks(appId),
    queryFn: () => fetchWebhooks(appId),
    refetchInterval: 10_000,
  });
}

export function useCreateWebhook(appId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (webhook: NewWebhook) => createWebhook(appId, webhook),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.webhooks(appId), exact: true }),
  });
}

export function useDeleteWebhook(appId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (webhookId: string) => deleteWebhook(appId, webhookId),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.webhooks(appId), exact: true }),
  });
}

/** Polled quickly: a person looks at this while trying out an endpoint. */
export function useDeliveries(appId: string, webhookId: string) {
  return useQuery({
    queryKey: queryKeys.deliveries(appId, webhookId),
    queryFn: () => fetchDeliveries(appId, webhookId),
    refetchInterval: 3_000,
  });
}
