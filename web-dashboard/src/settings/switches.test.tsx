import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { AppSettings } from '../api/types';
import { app, renderAt, session } from '../test-render';
import { fieldError, stubApi, type Answer } from '../test-server';

const open = (settings: Partial<AppSettings>, patch: Answer | (() => Answer)) => {
  const calls = stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: { ...app, settings: { ...app.settings, ...settings } } },
    'GET /api/v1/apps': { body: { apps: [] } },
    'PATCH /api/v1/apps/4821907': patch,
  });
  renderAt('/apps/4821907/settings');
  return calls;
};

const answer = (settings: Partial<AppSettings>): Answer => ({
  body: { ...app, settings: { ...app.settings, ...settings } },
});

it.each([
  ['Allow client events', 'client_events'],
  ['Subscription counting', 'subscription_count'],
  ['Watchlist events', 'watchlist'],
  ['Authorized connections only', 'authorized_connections'],
  ['Force TLS', 'force_tls'],
  ['Compress events', 'compression'],
])('“%s” is saved at once and alone', async (label, name) => {
  const calls = open({}, answer({ [name]: true }));
  const toggle = await screen.findByRole<HTMLInputElement>('switch', { name: label });
  await userEvent.click(toggle);
  await waitFor(() => expect(toggle.checked).toBe(true));
  expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ settings: { [name]: true } });
});

it('says why a switch could not be saved, and leaves it', async () => {
  open({}, { status: 503, body: { error: { code: 'unavailable', message: 'Not available right now.' } } });
  const toggle = await screen.findByRole<HTMLInputElement>('switch', { name: 'Force TLS' });
  await userEvent.click(toggle);
  expect((await screen.findByRole('alert')).textContent).toContain('Not available right now.');
  expect(toggle.checked).toBe(false);
});

it('asks for the timeout only where authorization is required', async () => {
  open({}, answer({ authorized_connections: true }));
  const toggle = await screen.findByRole('switch', { name: 'Authorized connections only' });
  expect(screen.queryByRole('textbox', { name: 'Timeout' })).toBeNull();
  await userEvent.click(toggle);
  expect(await screen.findByRole<HTMLInputElement>('textbox', { name: 'Timeout' })).toHaveProperty('value', '30');
});

it('checks the timeout here, and takes what the server says about it', async () => {
  const replies = [
    fieldError({ settings: 'authorization_timeout_seconds must be between 1 and 60' }),
    answer({ authorized_connections: true, authorization_timeout_seconds: 45 }),
  ];
  const calls = open({ authorized_connections: true }, () => replies.shift() ?? { status: 500 });
  const timeout = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Timeout' });
  const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Save timeout' });
  expect(save.disabled).toBe(true);

  await userEvent.clear(timeout);
  await userEvent.type(timeout, '601{Enter}');
  expect(await screen.findByText('Enter a whole number from 1 to 600.')).toBeTruthy();
  expect(calls.some(({ method }) => method === 'PATCH')).toBe(false);

  await userEvent.clear(timeout);
  await userEvent.type(timeout, '90{Enter}');
  expect(await screen.findByText('Must be between 1 and 60.')).toBeTruthy();

  await userEvent.clear(timeout);
  await userEvent.type(timeout, '45{Enter}');
  await waitFor(() => expect(save.disabled).toBe(true));
  expect(calls.filter(({ method }) => method === 'PATCH').at(-1)?.body).toEqual({
    settings: { authorization_timeout_seconds: 45 },
  });
});
