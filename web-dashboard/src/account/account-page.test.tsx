import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderAt, session } from '../test-render';
import { fieldError, stubApi } from '../test-server';

const at = '2025-03-01T10:00:00Z';
const row = (id: string, is_current: boolean, user_agent: string) => ({
  id,
  created_at: at,
  last_used_at: at,
  address: '192.0.2.7',
  user_agent,
  is_current,
});
const sessions = [row('s1', true, 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'), row('s2', false, 'curl/8.5')];

function open(answers: Parameters<typeof stubApi>[0], user = session.user) {
  const calls = stubApi({
    'GET /api/v1/me': { body: { ...session, user } },
    'GET /api/v1/me/sessions': { body: { sessions } },
    'GET /api/v1/me/notices': { body: { by_mail: true } },
    ...answers,
  });
  renderAt('/account');
  return calls;
}

it('says beside the field that the current password is wrong', async () => {
  open({ 'POST /api/v1/me/password': fieldError({ old_password: 'This is not your password.' }) });
  await userEvent.type(await screen.findByLabelText('Current password'), 'x');
  await userEvent.click(screen.getByRole('button', { name: 'Change password' }));
  expect(await screen.findByText('This is not your password.')).toBeTruthy();
});

it('enrols a second factor and shows the recovery codes once', async () => {
  const enrolment = { secret: 'MZXW6', otpauth_url: 'otpauth://totp/x?secret=MZXW6', recovery_codes: ['aaaa-1', 'bbbb-2'] };
  const calls = open({
    'POST /api/v1/me/second-factor': { status: 201, body: enrolment },
    'POST /api/v1/me/second-factor/confirm': { status: 204 },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Set up' }));
  await userEvent.type(await screen.findByLabelText('Your password'), 'long enough');
  await userEvent.click(screen.getByRole('button', { name: 'Go on' }));
  expect(await screen.findByRole('img', { name: /camera/ })).toBeTruthy();
  expect(screen.getByText('MZXW6')).toBeTruthy();
  expect(screen.queryByText('aaaa-1')).toBeNull();
  await userEvent.type(screen.getByRole('textbox', { name: 'The code that it shows now' }), '123456');
  await userEvent.click(screen.getByRole('button', { name: 'Enable' }));
  expect(await screen.findByText('aaaa-1')).toBeTruthy();
  expect(calls.find(({ path }) => path.endsWith('confirm'))?.body).toEqual({ code: '123456' });
  await userEvent.click(screen.getByRole('button', { name: 'I have saved them' }));
  await waitFor(() => expect(screen.queryByText('aaaa-1')).toBeNull());
});

it('disables the second factor with a code', async () => {
  const calls = open(
    { 'POST /api/v1/me/second-factor/disable': { status: 204 } },
    { ...session.user, has_second_factor: true },
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Disable' }));
  const dialog = await screen.findByRole('dialog');
  await userEvent.type(within(dialog).getByRole('textbox', { name: 'Code' }), '123456');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Disable' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ code: '123456' });
});

it('ends one session, or all others, but not its own', async () => {
  const calls = open({
    'DELETE /api/v1/me/sessions/s2': { status: 204 },
    'DELETE /api/v1/me/sessions': { body: { ended: 1 } },
  });
  expect(await screen.findByText('Firefox on Linux')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'End the session of Firefox on Linux' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'End the session of curl/8.5' }));
  await userEvent.click(screen.getByRole('button', { name: 'End all others' }));
  await waitFor(() => expect(calls.filter(({ method }) => method === 'DELETE').length).toBe(2));
});

it('has notices mailed or not, and says of what', async () => {
  const calls = open({ 'PATCH /api/v1/me/notices': { body: { by_mail: false } } });
  const notices = await screen.findByRole('switch', { name: 'Mail me notices about Example Workshop' });
  await waitFor(() => expect((notices as HTMLInputElement).checked).toBe(true));
  expect(screen.getByText(/limits that are nearly or wholly used up, and webhook endpoints/)).toBeTruthy();
  await userEvent.click(notices);
  await waitFor(() => expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ by_mail: false }));
});

it('says why it does not know whether notices are mailed', async () => {
  open({ 'GET /api/v1/me/notices': { status: 403, body: { error: { code: 'forbidden', message: 'Not with this token.' } } } });
  expect(await screen.findByText('Not with this token.')).toBeTruthy();
  expect(screen.getByRole('switch')).toHaveProperty('disabled', true);
});

it('offers no notices to who gets none', async () => {
  stubApi({
    'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role: 'support' } } },
    'GET /api/v1/me/sessions': { body: { sessions } },
  });
  renderAt('/account');
  expect(await screen.findByText('Firefox on Linux')).toBeTruthy();
  expect(screen.queryByRole('switch')).toBeNull();
});
