import type { Body, Given, Schemas } from './operations';

export type Webhook = Schemas['EndpointReply'];
export type WebhookEventType = Schemas['OccurrenceType'];
export type WebhookOrder = Schemas['DeliveryOrder'];
export type HealthHour = Schemas['HourReply'];
export type NewWebhook = Body<'POST', '/apps/{app_id}/webhooks'>;
/** What may be changed of an endpoint. `headers` replaces all of them. */
export type WebhookPatch = Given<Body<'PATCH', '/apps/{app_id}/webhooks/{webhook_id}'>>;
export type CreatedWebhook = Schemas['CreatedEndpointReply'];
/** A request made while one waits for it. */
export type TestResult = Schemas['TestReply'];
/** A request to an address that may not be saved yet. */
export type Ping = Body<'POST', '/apps/{app_id}/webhooks/test'>;
export type Headers = Record<string, string>;

export const PUSHER_EVENT_TYPES = [
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'client_event',
  'cache_miss',
  'subscription_count',
] as const satisfies WebhookEventType[];

/** Ours, beyond Pusher's: sent only where they are chosen by name. */
export const CONNECTION_EVENT_TYPES = ['connection_opened', 'connection_closed'] as const satisfies WebhookEventType[];

export const WEBHOOK_EVENT_TYPES = [...PUSHER_EVENT_TYPES, ...CONNECTION_EVENT_TYPES] as const;
