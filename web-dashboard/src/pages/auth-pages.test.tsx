import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { renderAt, session } from '../test-render';
import { fieldError, stubApi } from '../test-server';

const anonymous = { status: 401, body: { error: { code: 'unauthenticated', message: 'Log in first.' } } };

describe('sign up', () => {
  it('shows each error beside its field and moves focus to the first', async () => {
    stubApi({
      'GET /api/v1/me': anonymous,
      'POST /api/v1/signup': fieldError({ email: 'Enter an e-mail address.', password: 'Use at least 10 characters.' }),
    });
    renderAt('/signup');
    await userEvent.click(await screen.findByRole('button', { name: 'Sign up' }));

    const email = await screen.findByRole('textbox', { name: 'E-mail' });
    await waitFor(() => expect(email.getAttribute('aria-invalid')).toBe('true'));
    const describedBy = email.getAttribute('aria-describedby')?.split(' ') ?? [];
    expect(describedBy.map((id) => document.getElementById(id)?.textContent)).toContain('Enter an e-mail address.');
    expect(document.activeElement).toBe(email);
    expect(screen.getByText('Use at least 10 characters.')).toBeTruthy();
    expect(screen.getByRole('textbox', { name: 'Organisation' }).getAttribute('aria-invalid')).not.toBe('true');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('sends what was typed and goes to the apps, where the next step is named', async () => {
    const calls = stubApi({
      'GET /api/v1/me': anonymous,
      'POST /api/v1/signup': { status: 201, body: session },
      'GET /api/v1/apps': { body: { apps: [] } },
    });
    const { router } = renderAt('/signup');
    await userEvent.type(await screen.findByRole('textbox', { name: 'Organisation' }), 'Example Workshop');
    await userEvent.type(screen.getByRole('textbox', { name: 'E-mail' }), 'dev@example.com');
    await userEvent.type(screen.getByLabelText('Password'), 'long enough');
    await userEvent.click(screen.getByRole('button', { name: 'Sign up' }));

    expect(await screen.findByRole('heading', { name: 'Create your first app' })).toBeTruthy();
    expect(router.state.location.pathname).toBe('/apps');
    expect(calls.find(({ path }) => path === '/api/v1/signup')?.body).toEqual({
      organisation: 'Example Workshop',
      email: 'dev@example.com',
      password: 'long enough',
    });
  });
});

describe('log in', () => {
  it('shows a wrong password as an alert', async () => {
    stubApi({
      'GET /api/v1/me': anonymous,
      'POST /api/v1/login': {
        status: 401,
        body: { error: { code: 'invalid_credentials', message: 'The e-mail address or the password is wrong.' } },
      },
    });
    renderAt('/login');
    await userEvent.click(await screen.findByRole('button', { name: 'Log in' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The e-mail address or the password is wrong.');
  });

  it('is where an anonymous visitor ends up, with the way back', async () => {
    stubApi({ 'GET /api/v1/me': anonymous });
    const { router } = renderAt('/apps/4821907/keys');
    await screen.findByRole('button', { name: 'Log in' });
    expect(router.state.location.search).toBe('?next=%2Fapps%2F4821907%2Fkeys');
  });

  it('comes back when the session ends while a page is open', async () => {
    stubApi({ 'GET /api/v1/me': { body: session }, 'GET /api/v1/apps': anonymous });
    const { router } = renderAt('/apps');
    await screen.findByRole('button', { name: 'Log in' });
    expect(router.state.location.pathname).toBe('/login');
  });
});
