import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { renderAt, session } from '../test-render';
import { fieldError, stubApi } from '../test-server';

const anonymous = { status: 401, body: { error: { code: 'unauthenticated', message: 'Log in first.' } } };
const challenge = { status: 202, body: { challenge: 'c1', second_factor: 'totp' } };

async function logIn() {
  await userEvent.type(await screen.findByRole('textbox', { name: 'E-mail' }), 'dev@example.com');
  await userEvent.type(screen.getByLabelText('Password'), 'long enough');
  await userEvent.click(screen.getByRole('button', { name: 'Log in' }));
}

describe('a login with a second factor', () => {
  it('asks for the code and opens the session with it', async () => {
    const calls = stubApi({
      'GET /api/v1/me': anonymous,
      'POST /api/v1/login': challenge,
      'POST /api/v1/login/second-factor': { body: session },
      'GET /api/v1/apps': { body: { apps: [] } },
    });
    renderAt('/login');
    await logIn();
    await userEvent.type(await screen.findByRole('textbox', { name: 'Code' }), ' 123456 ');
    await userEvent.click(screen.getByRole('button', { name: 'Go on' }));

    expect(await screen.findByRole('heading', { name: 'Create your first app' })).toBeTruthy();
    expect(calls.find(({ path }) => path.endsWith('second-factor'))?.body).toEqual({ challenge: 'c1', code: '123456' });
  });

  it('says beside the code that it is wrong, and can start again', async () => {
    stubApi({
      'GET /api/v1/me': anonymous,
      'POST /api/v1/login': challenge,
      'POST /api/v1/login/second-factor': fieldError({ code: 'This code is wrong, or was used already.' }),
    });
    renderAt('/login');
    await logIn();
    await userEvent.type(await screen.findByRole('textbox', { name: 'Code' }), '000000');
    await userEvent.click(screen.getByRole('button', { name: 'Go on' }));
    expect(await screen.findByText('This code is wrong, or was used already.')).toBeTruthy();

    await userEvent.click(screen.getByRole('button', { name: 'Start again' }));
    expect(await screen.findByLabelText('Password')).toBeTruthy();
  });
});

it('a sign-up that sends a mail says to look for it', async () => {
  stubApi({
    'GET /api/v1/me': anonymous,
    'POST /api/v1/signup': { status: 202, body: { message: 'Check your mail.' } },
  });
  const { router } = renderAt('/signup');
  await userEvent.type(await screen.findByRole('textbox', { name: 'E-mail' }), 'new@example.com');
  await userEvent.click(screen.getByRole('button', { name: 'Sign up' }));
  expect(await screen.findByRole('heading', { name: 'Check your mail' })).toBeTruthy();
  expect(screen.getByText('new@example.com')).toBeTruthy();
  expect(router.state.location.pathname).toBe('/signup');
});
