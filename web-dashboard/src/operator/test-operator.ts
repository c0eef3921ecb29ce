import type { TenantLoad, TenantRow } from '../api/operator';
import { session } from '../test-render';

export const operator = { ...session, user: { ...session.user, is_operator: true, has_second_factor: true } };

export const me = { 'GET /api/v1/me': { body: operator } };

const load: TenantLoad = {
  connections: 1204,
  messages_per_second: 310.4,
  messages_today: 12_345,
  share_percent: 61.7,
  throttled_per_second: 2.5,
  throttled_today: 400,
  backlog_bytes: 1536,
  backlog_percent: 0.01,
  webhook_lanes: 1,
  webhook_lanes_failing: 1,
  webhook_events: 9,
};

export const tenant: TenantRow = {
  id: '01890000-0000-7000-8000-000000000001',
  name: 'Riverside',
  created_at: '2026-08-01T10:00:00Z',
  plan: 'small',
  apps: 1,
  owners: ['ada@example.com'],
  suspension: null,
  now: load,
};

export const detail = {
  tenant,
  limits: [{ name: 'max_connections', most: 2000, used: 1204, percent: 60, resets_at: null }],
  own_limits: {
    max_connections: null,
    max_messages_per_day: null,
    max_messages_per_second: null,
    max_presence_members: null,
    max_event_bytes: null,
    max_webhook_endpoints: null,
  },
  apps: [{ id: '4821907', name: 'Storefront', enabled: true, connections: 1204, messages_today: 12_345 }],
};

export const node = {
  id: '7d9f1c1e-0000-4000-8000-000000000001',
  version: '0.1.0',
  started_at: '2026-08-01T10:00:00Z',
  ready: true,
  reasons: [],
  connections: 600,
  workers: [{ connections: 600, channels: 12, tenants_waiting: 0 }],
  backlog_bytes: 0,
  backlog_limit_bytes: 64 * 1024 * 1024,
  database_ms: 1.4,
  memory_bytes: 50 * 1024 * 1024,
  drain: null,
};
