import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const token = {
  id: 'k1',
  name: 'Deployment',
  scopes: ['read', 'write'],
  app_id: null,
  created_at: '2025-03-01T10:00:00Z',
  created_by: 'dev@example.com',
  expires_at: null,
  last_used_at: null,
};
const base = {
  'GET /api/v1/me': { body: session },
  'GET /api/v1/apps': { body: { apps: [app] } },
  'GET /api/v1/tokens': { body: { tokens: [token] } },
};

it('creates a token with its scopes and shows it once', async () => {
  const calls = stubApi({ ...base, 'POST /api/v1/tokens': { status: 201, body: { ...token, token: 'cpt_secret' } } });
  renderAt('/organisation/tokens');
  await userEvent.click(await screen.findByRole('button', { name: 'Create token' }));
  const dialog = await screen.findByRole('dialog');
  await userEvent.type(within(dialog).getByRole('textbox', { name: 'Name' }), 'Deployment');
  await userEvent.click(within(dialog).getByRole('checkbox', { name: 'write' }));
  await userEvent.click(within(dialog).getByRole('button', { name: 'Create token' }));
  expect(await screen.findByText('cpt_secret')).toBeTruthy();
  const sent = calls.find(({ method }) => method === 'POST')?.body;
  expect(sent).toMatchObject({ name: 'Deployment', scopes: ['read', 'write'] });
  expect(sent).toHaveProperty('expires_at', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));
  await userEvent.click(screen.getByRole('button', { name: 'I have saved it' }));
  await waitFor(() => expect(screen.queryByText('cpt_secret')).toBeNull());
});

it('revokes a token after asking', async () => {
  const calls = stubApi({ ...base, 'DELETE /api/v1/tokens/k1': { status: 204 } });
  renderAt('/organisation/tokens');
  await userEvent.click(await screen.findByRole('button', { name: 'Revoke Deployment' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog.textContent).toContain('It was never used.');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Revoke token' }));
  await waitFor(() => expect(calls.some(({ method }) => method === 'DELETE')).toBe(true));
});

it('says to support whose the tokens are, and asks the server for none', async () => {
  stubApi({ 'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role: 'support' } } } });
  renderAt('/organisation/tokens');
  expect(await screen.findByText(/this takes owner, admin, or developer/)).toBeTruthy();
});
