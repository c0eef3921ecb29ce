import { path, request } from './request';
import type { CreatedWebhook, DeliveryLog, NewWebhook, Webhook } from './types';

export const fetchWebhooks = async (appId: string) =>
  (await request<{ webhooks: Webhook[] }>('GET', path('apps', appId, 'webhooks'))).webhooks;

export const createWebhook = (appId: string, webhook: NewWebhook) =>
  request<CreatedWebhook>('POST', path('apps', appId, 'webhooks'), webhook);

export const deleteWebhook = (appId: string, webhookId: string) =>
  request<void>('DELETE', path('apps', appId, 'webhooks', webhookId));

export const fetchDeliveries = (appId: string, webhookId: string) =>
  request<DeliveryLog>('GET', path('apps', appId, 'webhooks', webhookId, 'deliveries'));
