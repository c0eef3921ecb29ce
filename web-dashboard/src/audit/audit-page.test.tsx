import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const entry = {
  id: 7,
  at: '2025-03-01T10:00:00Z',
  actor: { kind: 'user', id: 'u1', name: 'dev@example.com' },
  address: '192.0.2.7',
  user_agent: 'curl/8.5',
  request_id: 'r-1',
  action: 'app.updated',
  app_id: app.id,
  target: { id: app.id, name: 'Storefront' },
  before: { enabled: true, name: 'Shop' },
  after: { enabled: false, name: 'Storefront' },
};
const older = { ...entry, id: 3, action: 'app.created', before: null, after: { name: '<b>Shop</b>' } };
const base = {
  'GET /api/v1/me': { body: session },
  'GET /api/v1/apps': { body: { apps: [app] } },
  'GET /api/v1/members': { body: { members: [] } },
  'GET /api/v1/tokens': { body: { tokens: [] } },
};

it('shows what changed before and after, and loads older entries', async () => {
  stubApi({
    ...base,
    'GET /api/v1/audit': { body: { entries: [entry], next_cursor: '7' } },
    'GET /api/v1/audit?cursor=7': { body: { entries: [older], next_cursor: null } },
  });
  renderAt('/organisation/audit');
  expect(await screen.findByText('App changed')).toBeTruthy();
  const cells = screen.getAllByRole('row', { hidden: true }).map((row) => row.textContent);
  expect(cells).toEqual(['FieldBeforeAfter', 'enabledtruefalse', 'nameShopStorefront']);
  await userEvent.click(screen.getByRole('button', { name: 'Load older' }));
  expect(await screen.findByText('App created')).toBeTruthy();
  expect(screen.getByText('<b>Shop</b>')).toBeTruthy();
  expect(screen.getByText('That is all.')).toBeTruthy();
});

it('takes its filter from the address and puts it there', async () => {
  stubApi({
    ...base,
    'GET /api/v1/audit?action=member': { body: { entries: [], next_cursor: null } },
    'GET /api/v1/audit?action=member&app=4821907': { body: { entries: [entry], next_cursor: null } },
  });
  const { router } = renderAt('/organisation/audit?action=member&from=nonsense');
  expect(await screen.findByRole('heading', { name: 'No change matches' })).toBeTruthy();
  await userEvent.click(screen.getByRole('combobox', { name: 'App' }));
  await userEvent.click(await screen.findByRole('option', { name: 'Storefront' }));
  expect(await screen.findByText('App changed')).toBeTruthy();
  await waitFor(() => expect(router.state.location.search).toBe('?action=member&app=4821907'));
});

it('is not asked for by who may not see it', async () => {
  stubApi({ 'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role: 'developer' } } } });
  renderAt('/organisation/audit');
  expect(await screen.findByText(/Your role here is developer; this takes owner or admin/)).toBeTruthy();
});
