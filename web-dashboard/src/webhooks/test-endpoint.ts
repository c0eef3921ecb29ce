import type { Delivery } from '../api/delivery-types';
import type { Webhook } from '../api/webhook-types';
import { app, session } from '../test-render';
import { stubApi, type Answer } from '../test-server';

export const LIST = '/api/v1/apps/4821907/webhooks';
export const ENDPOINT = `${LIST}/w1`;
export const PAGE = '/apps/4821907/webhooks/w1';

const hours = Array.from({ length: 24 }, (_, hour) => ({
  at: `2026-08-01T${String(hour).padStart(2, '0')}:00:00Z`,
  delivered: hour,
  failed: hour === 3 ? 2 : 0,
}));

export const webhook = (change: Partial<Webhook> = {}): Webhook => ({
  id: 'w1',
  url: 'https://example.com/hooks',
  name: 'Shop',
  event_types: ['channel_occupied', 'channel_vacated'],
  channels: [],
  header_names: [],
  batching: true,
  order: 'strict',
  lanes: 1,
  timeout_ms: 10_000,
  state: 'active',
  disabled_reason: null,
  state_changed_at: '2026-07-01T10:00:00Z',
  failing_since: null,
  previous_secret_until: null,
  created_at: '2026-07-01T10:00:00Z',
  pending: 0,
  oldest_pending_at: null,
  next_attempt_at: null,
  last_attempt_at: '2026-08-01T10:00:00Z',
  last_status: 200,
  dead_letters: 0,
  health: { delivered: 276, failed: 2, p95_ms: 1234, hours },
  ...change,
});

export const delivery = (change: Partial<Delivery> = {}): Delivery => ({
  id: 'msg_1',
  state: 'delivered',
  attempts: 1,
  replays: 0,
  first_at: '2026-08-01T10:00:00Z',
  last_at: '2026-08-01T10:00:05Z',
  last_status: 200,
  last_error: null,
  duration_ms: 84,
  lane: 0,
  first_seq: 7,
  last_seq: 7,
  event_count: 1,
  events: [{ seq: 7, id: 'e7', name: 'channel_occupied', channel: 'room-1' }],
  ...change,
});

/** The server with one app and one endpoint, and what else a test needs. */
export const stubEndpoint = (endpoint: Webhook | (() => Webhook), more: Record<string, Answer | (() => Answer)> = {}) =>
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    [`GET ${LIST}`]: () => ({ body: { webhooks: [typeof endpoint === 'function' ? endpoint() : endpoint] } }),
    [`GET ${ENDPOINT}`]: () => ({ body: typeof endpoint === 'function' ? endpoint() : endpoint }),
    [`GET ${ENDPOINT}/deliveries`]: { body: { deliveries: [], next_cursor: null } },
    ...more,
  });

export const refusal = (message: string, status = 409): Answer => ({
  status,
  body: { error: { code: 'conflict', message } },
});
