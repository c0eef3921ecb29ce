import { request } from './request';
import type { NewWebhook, Ping, WebhookEventType, WebhookPatch } from './webhook-types';

export const fetchWebhooks = async (app_id: string) =>
  (await request('GET', '/apps/{app_id}/webhooks', { path: { app_id } })).webhooks;

export const fetchWebhook = (app_id: string, webhook_id: string) =>
  request('GET', '/apps/{app_id}/webhooks/{webhook_id}', { path: { app_id, webhook_id } });

export const createWebhook = (app_id: string, body: NewWebhook) =>
  request('POST', '/apps/{app_id}/webhooks', { path: { app_id }, body });

export const updateWebhook = (app_id: string, webhook_id: string, body: WebhookPatch) =>
  request('PATCH', '/apps/{app_id}/webhooks/{webhook_id}', { path: { app_id, webhook_id }, body });

export const deleteWebhook = (app_id: string, webhook_id: string) =>
  request('DELETE', '/apps/{app_id}/webhooks/{webhook_id}', { path: { app_id, webhook_id } });

export const pauseWebhook = (app_id: string, webhook_id: string) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/pause', { path: { app_id, webhook_id } });

export const resumeWebhook = (app_id: string, webhook_id: string) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/resume', { path: { app_id, webhook_id } });

export const rotateSecret = (app_id: string, webhook_id: string) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/rotate-secret', { path: { app_id, webhook_id } });

/** Posts a signed example to the endpoint and waits for what it says. */
export const sendExample = (app_id: string, webhook_id: string, event_type: WebhookEventType) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/test', { path: { app_id, webhook_id }, body: { event_type } });

/** The same to an address that is not saved, signed with a throw-away secret. */
export const pingAddress = (app_id: string, body: Ping) =>
  request('POST', '/apps/{app_id}/webhooks/test', { path: { app_id }, body });
