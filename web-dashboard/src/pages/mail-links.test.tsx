import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const token = 'ab'.repeat(32);
const anonymous = { status: 401, body: { error: { code: 'unauthenticated', message: 'Log in first.' } } };
const expired = { status: 410, body: { error: { code: 'expired', message: 'This link was used already, or is too old.' } } };
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

describe('verify e-mail', () => {
  it('verifies on a press, not by being opened', async () => {
    const calls = stubApi({
      'GET /api/v1/me': anonymous,
      'POST /api/v1/email/verify': { body: { email: 'dev@example.com' } },
    });
    renderAt(`/verify-email#${token}`);
    await screen.findByRole('button', { name: 'Verify my address' });
    expect(calls.filter(({ method }) => method === 'POST')).toEqual([]);
    await press('Verify my address');
    expect(await screen.findByRole('heading', { name: 'Your address is verified' })).toBeTruthy();
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ token });
  });

  it('says what to do about a link that was used', async () => {
    stubApi({ 'GET /api/v1/me': anonymous, 'POST /api/v1/email/verify': expired });
    renderAt(`/verify-email#${token}`);
    await press('Verify my address');
    expect(await screen.findByText(/too old\. If your address is not verified yet/)).toBeTruthy();
  });

  it('knows a link that was cut short', async () => {
    stubApi({ 'GET /api/v1/me': anonymous });
    renderAt('/verify-email#abc');
    expect(await screen.findByRole('heading', { name: 'This link does not work' })).toBeTruthy();
  });
});

describe('a forgotten password', () => {
  it('asks for a link without telling whether there is an account', async () => {
    const calls = stubApi({
      'GET /api/v1/me': anonymous,
      'POST /api/v1/password/forgotten': { status: 202, body: { message: 'If this address has an account.' } },
    });
    renderAt('/forgot-password');
    await userEvent.type(await screen.findByRole('textbox', { name: 'E-mail' }), 'dev@example.com');
    await press('Send the link');
    expect(await screen.findByText(/^If this address has an account\./)).toBeTruthy();
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ email: 'dev@example.com' });
  });

  it('is replaced through the link', async () => {
    const calls = stubApi({ 'GET /api/v1/me': anonymous, 'POST /api/v1/password/reset': { status: 204 } });
    renderAt(`/reset-password#${token}`);
    await userEvent.type(await screen.findByLabelText('New password'), 'another long one');
    await press('Change password');
    expect(await screen.findByRole('heading', { name: 'Your password is changed' })).toBeTruthy();
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ token, password: 'another long one' });
  });

  it('leads to a new link when this one is too old', async () => {
    stubApi({ 'GET /api/v1/me': anonymous, 'POST /api/v1/password/reset': expired });
    renderAt(`/reset-password#${token}`);
    await userEvent.type(await screen.findByLabelText('New password'), 'another long one');
    await press('Change password');
    expect((await screen.findByRole('link', { name: 'Ask for a new link' })).getAttribute('href')).toBe('/forgot-password');
  });
});

describe('an invitation', () => {
  const invited = { organisation: 'Riverside', email: 'dev@example.com', role: 'developer', has_account: false };
  const look = (change = {}) => ({ 'POST /api/v1/invitations/look': { body: { ...invited, ...change } } });
  const apps = { 'GET /api/v1/apps': { body: { apps: [] } } };
  const bodies = (calls: ReturnType<typeof stubApi>) =>
    calls.filter(({ path }) => path === '/api/v1/invitations/accept').map(({ body }) => body);

  it('makes an account for who has none', async () => {
    const accept = { 'POST /api/v1/invitations/accept': { status: 201, body: session } };
    const calls = stubApi({ 'GET /api/v1/me': anonymous, ...look(), ...accept, ...apps });
    const { router } = renderAt(`/accept-invitation#${token}`);
    expect(await screen.findByRole('heading', { name: 'Join Riverside' })).toBeTruthy();
    await userEvent.type(screen.getByLabelText('Choose a password'), 'long enough');
    await press('Create account and join');
    await screen.findByRole('heading', { name: 'Create your first app' });
    expect(router.state.location.pathname).toBe('/apps');
    expect(bodies(calls)).toEqual([{ token, password: 'long enough' }]);
  });

  it('lets who has an account log in on the spot, then accept', async () => {
    let me: object = anonymous;
    const calls = stubApi({
      'GET /api/v1/me': () => me,
      ...look({ has_account: true }),
      ...apps,
      'POST /api/v1/login': { body: session },
      'POST /api/v1/invitations/accept': { body: { tenant_id: 't2' } },
    });
    renderAt(`/accept-invitation#${token}`);
    await userEvent.type(await screen.findByLabelText('Password'), 'long enough');
    await press('Log in');
    me = { body: { ...session, tenant: { id: 't2', name: 'Riverside', role: 'developer' } } };
    await press('Accept the invitation');
    await screen.findByRole('heading', { name: 'Create your first app' });
    expect(bodies(calls)).toEqual([{ token }]);
    expect(screen.getByRole('button', { name: /Account of/ }).textContent).toContain('Riverside');
  });

  it('is not for somebody else', async () => {
    stubApi({ 'GET /api/v1/me': { body: session }, ...look({ email: 'other@example.com', has_account: true }) });
    renderAt(`/accept-invitation#${token}`);
    expect(await screen.findByRole('button', { name: 'Log out and go on' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Accept the invitation' })).toBeNull();
  });
});
