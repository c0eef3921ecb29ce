import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const elsewhere = { body: { ...session, tenant: { ...session.tenant, id: 't2', name: 'Riverside' } } };
const notice = { name: 'Your session now acts for Riverside' };

it('a tab says which organisation it shows, and gives way when the session acts for another one', async () => {
  let me: object = { body: session };
  const calls = stubApi({
    'GET /api/v1/me': () => me,
    'GET /api/v1/apps': { body: { apps: [] } },
    'POST /api/v1/apps': { status: 409, body: { error: { code: 'other_tenant', message: 'You act for Riverside.' } } },
  });
  renderAt('/apps/new');
  await userEvent.type(await screen.findByRole('textbox', { name: 'Name' }), 'Storefront');
  me = elsewhere;
  await userEvent.click(screen.getByRole('button', { name: 'Create app' }));
  expect(await screen.findByRole('heading', notice)).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Reload' })).toBeTruthy();
  expect(calls.find(({ method }) => method === 'POST')?.tenant).toBe('t1');
});

it('a tab learns at once that another one has switched', async () => {
  let me: object = { body: session };
  stubApi({ 'GET /api/v1/me': () => me, 'GET /api/v1/apps': { body: { apps: [] } } });
  renderAt('/apps');
  await screen.findByRole('heading', { name: 'Create your first app' });
  me = elsewhere;
  act(() => void window.dispatchEvent(new StorageEvent('storage', { key: 'campanile-tenant-switched' })));
  expect(await screen.findByRole('heading', notice)).toBeTruthy();
});

it('a tab shows nothing of one person once somebody else has logged in elsewhere', async () => {
  let me: object = { body: session };
  stubApi({ 'GET /api/v1/me': () => me, 'GET /api/v1/apps': { body: { apps: [] } } });
  renderAt('/apps');
  await screen.findByRole('heading', { name: 'Create your first app' });
  me = { body: { ...session, user: { ...session.user, id: 'u2' } } };
  act(() => void window.dispatchEvent(new StorageEvent('storage', { key: 'campanile-tenant-switched' })));
  await waitFor(() => expect(screen.queryByRole('heading')).toBeNull());
});
