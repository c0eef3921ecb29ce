import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { connection } from '../connections/test-connection';
import { app, renderAt, session } from '../test-render';
import { stubApi, type Answer } from '../test-server';

const LIST = '/api/v1/apps/4821907/users';
const PAGE = '/apps/4821907/users';

const stub = (answers: Record<string, Answer>, role = 'owner') =>
  stubApi({
    'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role } } },
    'GET /api/v1/apps/4821907': { body: app },
    ...answers,
  });
const users = { body: { users: [{ user_id: 'team/ada', connections: 2 }], next_cursor: null } };

it('terminates a user after asking', async () => {
  const calls = stub({ [`GET ${LIST}`]: users, [`POST ${LIST}/team%2Fada/terminate`]: { body: { connections: 2 } } });
  renderAt(PAGE);
  await userEvent.click(await screen.findByRole('button', { name: 'Terminate' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByText('team/ada')).toBeTruthy();
  expect(calls.some(({ method }) => method === 'POST')).toBe(false);
  await userEvent.click(dialog.getByRole('button', { name: 'Terminate' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

it('leads to the connections of a user, whatever the id', async () => {
  stub({
    [`GET ${LIST}`]: users,
    [`GET ${LIST}/team%2Fada/connections`]: { body: { connections: [connection()], next_cursor: null } },
  });
  renderAt(PAGE);
  await userEvent.click(await screen.findByRole('link', { name: 'team/ada' }));
  expect(await screen.findByRole('link', { name: '12.34' })).toBeTruthy();
  expect(screen.getByRole('heading', { name: 'team/ada' })).toBeTruthy();
});

it('says why nobody is there', async () => {
  stub({ [`GET ${LIST}`]: { body: { users: [], next_cursor: null } } });
  renderAt(PAGE);
  expect(await screen.findByRole('heading', { name: 'Nobody is signed in' })).toBeTruthy();
});

it('offers support no way to terminate', async () => {
  stub({ [`GET ${LIST}`]: users }, 'support');
  renderAt(PAGE);
  expect(await screen.findByRole('link', { name: 'team/ada' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Terminate' })).toBeNull();
});
