export const PUSHER_EVENT_TYPES = [
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'client_event',
  'cache_miss',
  'subscription_count',
] as const;

/** Ours, beyond Pusher's: sent only where they are chosen by name. */
export const CONNECTION_EVENT_TYPES = ['connection_opened', 'connection_closed'] as const;

export const WEBHOOK_EVENT_TYPES = [...PUSHER_EVENT_TYPES, ...CONNECTION_EVENT_TYPES] as const;

export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];
export type WebhookOrder = 'strict' | 'relaxed';

export interface HealthHour {
  at: string;
  delivered: number;
  failed: number;
}

/** The last 24 hours. */
export interface WebhookHealth {
  delivered: number;
  failed: number;
  /** Null when there was no attempt. */
  p95_ms: number | null;
  /** Oldest first. */
  hours: HealthHour[];
}

export interface Webhook {
  id: string;
  url: string;
  /** May be empty. */
  name: string;
  event_types: WebhookEventType[];
  /** Patterns; none means every channel. */
  channels: string[];
  /** Custom headers. Their values are never shown again. */
  header_names: string[];
  batching: boolean;
  order: WebhookOrder;
  lanes: number;
  timeout_ms: number;
  state: 'active' | 'paused' | 'disabled';
  disabled_reason: 'gone' | 'failing' | null;
  state_changed_at: string;
  /** The first failure since the last success. */
  failing_since: string | null;
  /** While it lasts, requests bear the signature of the old secret too. */
  previous_secret_until: string | null;
  created_at: string;
  pending: number;
  oldest_pending_at: string | null;
  next_attempt_at: string | null;
  last_attempt_at: string | null;
  last_status: number | null;
  dead_letters: number;
  health: WebhookHealth;
}

/** What may be changed of an endpoint. `headers` replaces all of them. */
export interface WebhookPatch {
  url?: string;
  name?: string;
  event_types?: WebhookEventType[];
  channels?: string[];
  headers?: Record<string, string>;
  batching?: boolean;
  order?: WebhookOrder;
  timeout_ms?: number;
}

export interface NewWebhook extends WebhookPatch {
  url: string;
  event_types: WebhookEventType[];
  lanes: number;
}

/** The answer to a creation: the only time the signing secret is shown. */
export interface CreatedWebhook extends Webhook {
  signing_secret: string;
}

export interface RotatedSecret {
  signing_secret: string;
  previous_secret_until: string;
}

export type Headers = Record<string, string>;

/** A request made while one waits for it. */
export interface TestResult {
  status: number | null;
  duration_ms: number;
  error: string | null;
  request: { headers: Headers; body: string };
  response: { headers: Headers; excerpt: string } | null;
}

/** A request to an address that may not be saved yet. */
export interface Ping {
  url: string;
  headers?: Headers;
  timeout_ms?: number;
}
