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
  /** Origins whose pages may connect, e.g. "https://*.example.com"; none for all. */
  allowed_origins: string[];
  /** Whether events are compressed for the clients that offer it. */
  compression: boolean;
  max_event_bytes: number;
  max_batch_events: number;
  max_presence_members: number;
  max_channel_name_bytes: number;
  max_client_events_per_second: number;
  /** How long a channel or member must be gone before webhooks tell it. */
  webhook_debounce_ms: number;
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
