import type { ConnectionRow } from '../api/insight-types';

export const connection = (change: Partial<ConnectionRow> = {}): ConnectionRow => ({
  socket_id: '12.34',
  key: 'a1b2c3',
  client: 'js 8.4.0',
  transport: 'websocket',
  origin: 'https://shop.example.com',
  address: '192.0.2.7',
  connected_at: '2026-08-01T10:00:00Z',
  last_heard_at: '2026-08-01T10:00:05Z',
  user_id: 'ada',
  subscriptions: 1,
  ...change,
});
