export interface Session {
  user: { id: string; email: string };
  tenant: { id: string; name: string };
}

export interface AppKey {
  id: string;
  key: string;
  label: string;
  created_at: string;
}

export interface AppSettings {
  client_events: boolean;
  subscription_count: boolean;
  watchlist: boolean;
  authorized_connections: boolean;
  authorization_timeout_seconds: number;
  force_tls: boolean;
  max_event_bytes: number;
  max_batch_events: number;
  max_presence_members: number;
  max_channel_name_bytes: number;
  max_client_events_per_second: number;
  /** Null where the app has no limit of its own. */
  max_connections: number | null;
  max_messages_per_day: number | null;
}

type SettingOf<T> = { [K in keyof AppSettings]: AppSettings[K] extends T ? K : never }[keyof AppSettings];

export type SwitchSetting = SettingOf<boolean>;
export type NumberSetting = SettingOf<number | null>;

export interface App {
  id: string;
  name: string;
  enabled: boolean;
  created_at: string;
  settings: AppSettings;
  keys: AppKey[];
  /** Connections open right now. */
  connections: number;
}

export interface AppPatch {
  name?: string;
  enabled?: boolean;
  settings?: Partial<AppSettings>;
}

export interface RevealedKey {
  key: string;
  secret: string;
}

export const WEBHOOK_EVENT_TYPES = [
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'client_event',
  'cache_miss',
  'subscription_count',
] as const;

export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

export interface Webhook {
  id: string;
  url: string;
  event_types: WebhookEventType[];
  batching: boolean;
  state: 'active' | 'disabled';
  created_at: string;
  pending: number;
  last_attempt_at: string | null;
  last_status: number | null;
}

export interface NewWebhook {
  url: string;
  event_types: WebhookEventType[];
  batching: boolean;
}

/** The answer to a creation: the only time the signing secret is shown. */
export interface CreatedWebhook extends Webhook {
  signing_secret: string;
}

/** One attempt to deliver. Retries of the same delivery share the id. */
export interface Delivery {
  id: string;
  attempt: number;
  at: string;
  status: number | null;
  duration_ms: number;
  error: string | null;
  response_excerpt: string | null;
  events: { name: string; channel: string }[];
  event_count: number;
  outcome: 'delivered' | 'failed';
}

export interface DeliveryLog {
  pending: number;
  oldest_pending_at: string | null;
  next_attempt_at: string | null;
  deliveries: Delivery[];
}
