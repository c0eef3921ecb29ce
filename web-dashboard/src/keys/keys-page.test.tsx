import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

it('states the impact before deleting a key, and deletes only on confirmation', async () => {
  let keys = app.keys;
  const calls = stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': () => ({ body: { ...app, keys } }),
    'DELETE /api/v1/apps/4821907/keys/k1': () => {
      keys = [];
      return { status: 204 };
    },
  });
  renderAt('/apps/4821907/keys');
  await userEvent.click(await screen.findByRole('button', { name: 'Delete Default' }));
  expect(await screen.findByText(/New connections and REST calls with this key are refused/)).toBeTruthy();
  expect(screen.getByText(/It is the only key/)).toBeTruthy();
  expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);

  await userEvent.click(screen.getByRole('button', { name: 'Delete key' }));
  expect(await screen.findByRole('heading', { name: 'No keys' })).toBeTruthy();
});

it('shows a secret on demand and hides it again', async () => {
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    'POST /api/v1/apps/4821907/keys/k1/reveal': { body: { key: 'a1b2c3', secret: 'open-sesame' } },
  });
  renderAt('/apps/4821907/keys');
  const value = await screen.findByTestId('key-secret');
  expect(value.textContent).not.toContain('open-sesame');
  await userEvent.click(screen.getByRole('button', { name: 'Reveal the secret of Default' }));
  await waitFor(() => expect(value.textContent).toBe('open-sesame'));
  await userEvent.click(screen.getByRole('button', { name: 'Hide the secret of Default' }));
  expect(value.textContent).not.toContain('open-sesame');
});
