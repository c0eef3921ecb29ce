import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { AppKey } from '../api/types';
import { app, renderAt, session } from '../test-render';
import { stubApi, type Answer } from '../test-server';

const KEY = '/api/v1/apps/4821907/keys/k1';
const [key] = app.keys as [AppKey];

const stubKeys = (keys: () => AppKey[], more: Record<string, Answer | (() => Answer)> = {}) =>
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': () => ({ body: { ...app, keys: keys() } }),
    ...more,
  });

it('shows what revoking a key does, as it is now, before there is a way to do it', async () => {
  let keys = [key];
  const calls = stubKeys(() => keys, {
    [`GET ${KEY}/impact`]: { body: { key: { ...key, connections: 3 }, other_keys: 0, signs_webhooks: true } },
    [`DELETE ${KEY}`]: () => {
      keys = [];
      return { status: 204 };
    },
  });
  renderAt('/apps/4821907/keys');
  await userEvent.click(await screen.findByRole('button', { name: 'Revoke Default' }));
  const impact = await screen.findByRole('list', { name: 'What revoking it does' });
  expect(impact.textContent).toContain('3 connections made with it stay open, but cannot come back');
  expect(impact.textContent).toContain('It is the only key');
  expect(impact.textContent).toContain('Webhooks are signed with it');
  expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);

  await userEvent.click(screen.getByRole('button', { name: 'Revoke key' }));
  expect(await screen.findByRole('heading', { name: 'No keys' })).toBeTruthy();
});

it('does not revoke a key whose impact could not be found out', async () => {
  stubKeys(() => [key], {
    [`GET ${KEY}/impact`]: { status: 404, body: { error: { code: 'not_found', message: 'It is gone.' } } },
  });
  renderAt('/apps/4821907/keys');
  await userEvent.click(await screen.findByRole('button', { name: 'Revoke Default' }));
  expect(await screen.findByText('It is gone.')).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Revoke key' }).disabled).toBe(true);
});

it('rotates a key for as long as was chosen, and counts who is still on the old one', async () => {
  let keys = [key];
  const old: AppKey = { ...key, state: 'expiring', expires_at: '2999-01-01T00:00:00Z', connections: 2 };
  const calls = stubKeys(() => keys, {
    [`POST ${KEY}/rotate`]: () => {
      const fresh = { ...key, id: 'k2', key: 'd4e5f6' };
      keys = [old, fresh];
      return { status: 201, body: { key: fresh, replaced: old } };
    },
  });
  renderAt('/apps/4821907/keys');
  await userEvent.click(await screen.findByRole('button', { name: 'Rotate Default' }));
  await userEvent.click(await screen.findByRole('combobox', { name: 'The old key goes on for' }));
  await userEvent.click(await screen.findByRole('option', { name: '7 days' }));
  await userEvent.click(screen.getByRole('button', { name: 'Rotate key' }));

  expect(await screen.findByText(/2 connections are still on it: move them to the new key/)).toBeTruthy();
  expect(screen.getByText('Being replaced')).toBeTruthy();
  expect(screen.getByText('d4e5f6')).toBeTruthy();
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ expires_in: 604_800 });
});

it('tells who made a key, when it was used and how many are connected by it', async () => {
  stubKeys(() => [{ ...key, connections: 1, last_used_at: new Date(Date.now() - 120_000).toISOString() }]);
  renderAt('/apps/4821907/keys');
  const card = await screen.findByRole('article', { name: 'Default' });
  expect(card.textContent).toContain('by dev@example.com');
  expect(within(card).getByText('2 minutes ago')).toBeTruthy();
  expect(within(card).getByTestId('key-connections').textContent).toBe('1 connection');
});

it('names a key', async () => {
  let keys = [key];
  const calls = stubKeys(() => keys, {
    [`PATCH ${KEY}`]: () => {
      keys = [{ ...key, label: 'Shop server' }];
      return { body: keys[0] };
    },
  });
  renderAt('/apps/4821907/keys');
  await userEvent.click(await screen.findByRole('button', { name: 'Name Default' }));
  const label = await screen.findByRole('textbox', { name: 'Label' });
  await userEvent.clear(label);
  await userEvent.type(label, 'Shop server');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('article', { name: 'Shop server' })).toBeTruthy();
  expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ label: 'Shop server' });
});

it('shows a secret on demand and hides it again', async () => {
  stubKeys(() => [key], { [`POST ${KEY}/reveal`]: { body: { key: 'a1b2c3', secret: 'open-sesame' } } });
  renderAt('/apps/4821907/keys');
  const value = await screen.findByTestId('key-secret');
  expect(value.textContent).not.toContain('open-sesame');
  await userEvent.click(screen.getByRole('button', { name: 'Reveal the secret of Default' }));
  await waitFor(() => expect(value.textContent).toBe('open-sesame'));
  await userEvent.click(screen.getByRole('button', { name: 'Hide the secret of Default' }));
  expect(value.textContent).not.toContain('open-sesame');
});

it('says who may change keys to one who only looks', async () => {
  stubKeys(() => [key], {
    'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role: 'support' } } },
  });
  renderAt('/apps/4821907/keys');
  expect(await screen.findByText(/takes owner, admin,? or developer/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Create|Rotate|Revoke|Reveal/ })).toBeNull();
});
