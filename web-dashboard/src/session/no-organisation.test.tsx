import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const nowhere = { body: { ...session, tenant: null } };
const tenant = { id: 't2', name: 'Riverside', role: 'owner', is_current: false };

it('who belongs nowhere can make an organisation and goes on in it', async () => {
  let me: object = nowhere;
  const calls = stubApi({
    'GET /api/v1/me': () => me,
    'POST /api/v1/me/tenants': () => {
      me = { body: { ...session, tenant } };
      return { status: 201, body: tenant };
    },
    'GET /api/v1/apps': { body: { apps: [] } },
  });
  renderAt('/apps/4821907/keys');
  expect(await screen.findByRole('heading', { name: 'You belong to no organisation' })).toBeTruthy();
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'Riverside');
  await userEvent.click(screen.getByRole('button', { name: 'Create organisation' }));
  expect(await screen.findByRole('heading', { name: 'Create your first app' })).toBeTruthy();
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ name: 'Riverside' });
});

it('who belongs nowhere still reaches their account', async () => {
  stubApi({
    'GET /api/v1/me': nowhere,
    'GET /api/v1/me/tenants': { body: { tenants: [] } },
    'GET /api/v1/me/sessions': { body: { sessions: [] } },
  });
  renderAt('/apps');
  await userEvent.click(await screen.findByRole('button', { name: /^Account of dev@example.com/ }));
  expect(screen.queryByRole('menuitem', { name: 'Team and organisation' })).toBeNull();
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Your account' }));
  expect(await screen.findByRole('heading', { name: 'Your account' })).toBeTruthy();
});

it('the menu switches to another organisation and forgets what was of the one before', async () => {
  let me: object = { body: session };
  const calls = stubApi({
    'GET /api/v1/me': () => me,
    'GET /api/v1/apps': { body: { apps: [] } },
    'GET /api/v1/me/tenants': { body: { tenants: [{ ...session.tenant, is_current: true }, tenant] } },
    'POST /api/v1/me/tenants/t2/enter': () => {
      me = { body: { ...session, tenant } };
      return { status: 204 };
    },
  });
  renderAt('/apps');
  const account = await screen.findByRole('button', { name: /^Account of dev@example.com/ });
  await userEvent.click(account);
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Riverside' }));
  expect(await screen.findByText('Riverside', { selector: 'button *' })).toBeTruthy();
  await screen.findByRole('heading', { name: 'Create your first app' });
  expect(calls.filter(({ path }) => path === '/api/v1/apps').length).toBe(2);
});

it('who has yet to verify their address can have the mail sent again', async () => {
  const user = { ...session.user, is_verified: false, needs_verification: true };
  stubApi({
    'GET /api/v1/me': { body: { ...session, user } },
    'GET /api/v1/apps': { body: { apps: [] } },
    'POST /api/v1/me/email/resend': { status: 202, body: { message: 'It is on its way.' } },
  });
  renderAt('/apps');
  await userEvent.click(await screen.findByRole('button', { name: 'Send it again' }));
  expect(await screen.findByText('It is on its way.')).toBeTruthy();
});
