import { render } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { createQueryClient } from './api/query-client';
import type { App, Session } from './api/types';
import { Providers } from './providers';
import { routes } from './router';

/** The whole dashboard at an address, as a person would open it. */
export function renderAt(path: string) {
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const view = render(
    <Providers queryClient={createQueryClient()} env="test">
      <RouterProvider router={router} />
    </Providers>,
  );
  return { ...view, router };
}

export const session: Session = {
  user: { id: 'u1', email: 'dev@example.com', is_verified: true, needs_verification: false, has_second_factor: false, is_operator: false },
  tenant: { id: 't1', name: 'Example Workshop', role: 'owner', suspension_reason: null },
};

export const app: App = {
  id: '4821907',
  name: 'Storefront',
  enabled: true,
  created_at: '2025-03-01T10:00:00Z',
  settings: {
    client_events: false,
    subscription_count: false,
    watchlist: false,
    authorized_connections: false,
    authorization_timeout_seconds: 30,
    force_tls: false,
    allowed_origins: [],
    compression: false,
    webhook_debounce_ms: 3_000,
    max_event_bytes: 10_240,
    max_batch_events: 10,
    max_presence_members: 100,
    max_channel_name_bytes: 200,
    max_client_events_per_second: 10,
    max_connections: null,
    max_messages_per_day: null,
    max_messages_per_second: null,
    max_webhook_endpoints: null,
  },
  keys: [
    {
      id: 'k1',
      key: 'a1b2c3',
      label: 'Default',
      state: 'active',
      created_at: '2025-03-01T10:00:00Z',
      created_by: 'dev@example.com',
      last_used_at: null,
      expires_at: null,
      connections: 0,
    },
  ],
  connections: 2,
};
