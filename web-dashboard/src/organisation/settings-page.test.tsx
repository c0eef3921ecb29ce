import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

it('deletes the organisation only once its name is typed', async () => {
  let me: object = { body: session };
  const calls = stubApi({
    'GET /api/v1/me': () => me,
    'GET /api/v1/apps': { body: { apps: [app] } },
    'DELETE /api/v1/tenant': () => {
      me = { body: { ...session, tenant: null } };
      return { status: 204 };
    },
  });
  renderAt('/organisation/settings');
  await userEvent.click(await screen.findByRole('button', { name: 'Delete organisation' }));
  const dialog = await screen.findByRole('dialog');
  const confirm = within(dialog).getByRole('button', { name: 'Delete organisation' });
  expect(confirm.hasAttribute('disabled')).toBe(true);
  await userEvent.type(within(dialog).getByRole('textbox'), 'Example Workshop');
  await userEvent.click(confirm);
  expect(await screen.findByRole('heading', { name: 'You belong to no organisation' })).toBeTruthy();
  expect(calls.find(({ method }) => method === 'DELETE')?.body).toEqual({ name: 'Example Workshop' });
});

it('renames it', async () => {
  const calls = stubApi({
    'GET /api/v1/me': { body: session },
    'PATCH /api/v1/tenant': { body: { id: 't1', name: 'Riverside', created_at: '2025-03-01T10:00:00Z' } },
  });
  renderAt('/organisation/settings');
  const name = await screen.findByRole('textbox', { name: 'Organisation name' });
  await userEvent.clear(name);
  await userEvent.type(name, ' Riverside');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ name: ' Riverside' }));
});

it('tells a developer who may rename and delete it', async () => {
  stubApi({ 'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role: 'developer' } } } });
  renderAt('/organisation/settings');
  expect(await screen.findByText('To rename it takes owner or admin.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Delete organisation' })).toBeNull();
});
