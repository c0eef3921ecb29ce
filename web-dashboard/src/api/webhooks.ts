import { path, request } from './request';
import type {
  CreatedWebhook,
  NewWebhook,
  Ping,
  RotatedSecret,
  TestResult,
  Webhook,
  WebhookEventType,
  WebhookPatch,
} from './webhook-types';

const webhooksPath = (appId: string, ...rest: string[]) => path('apps', appId, 'webhooks', ...rest);

export const fetchWebhooks = async (appId: string) =>
  (await request<{ webhooks: Webhook[] }>('GET', webhooksPath(appId))).webhooks;

export const fetchWebhook = (appId: string, webhookId: string) =>
  request<Webhook>('GET', webhooksPath(appId, webhookId));

export const createWebhook = (appId: string, webhook: NewWebhook) =>
  request<CreatedWebhook>('POST', webhooksPath(appId), webhook);

export const updateWebhook = (appId: string, webhookId: string, patch: WebhookPatch) =>
  request<Webhook>('PATCH', webhooksPath(appId, webhookId), patch);

export const deleteWebhook = (appId: string, webhookId: string) =>
  request<void>('DELETE', webhooksPath(appId, webhookId));

export const pauseWebhook = (appId: string, webhookId: string) =>
  request<Webhook>('POST', webhooksPath(appId, webhookId, 'pause'));

export const resumeWebhook = (appId: string, webhookId: string) =>
  request<Webhook>('POST', webhooksPath(appId, webhookId, 'resume'));

export const rotateSecret = (appId: string, webhookId: string) =>
  request<RotatedSecret>('POST', webhooksPath(appId, webhookId, 'rotate-secret'));

/** Posts a signed example to the endpoint and waits for what it says. */
export const sendExample = (appId: string, webhookId: string, eventType: WebhookEventType) =>
  request<TestResult>('POST', webhooksPath(appId, webhookId, 'test'), { event_type: eventType });

/** The same to an address that is not saved, signed with a throw-away secret. */
export const pingAddress = (appId: string, ping: Ping) =>
  request<TestResult>('POST', webhooksPath(appId, 'test'), ping);
