import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const base = { 'GET /api/v1/me': { body: session }, 'GET /api/v1/apps/4821907': { body: app } };

it('deletes the app only after its name is typed', async () => {
  const calls = stubApi({
    ...base,
    'DELETE /api/v1/apps/4821907': { status: 204 },
    'GET /api/v1/apps': { body: { apps: [] } },
  });
  const { router } = renderAt('/apps/4821907/settings');
  await userEvent.click(await screen.findByRole('button', { name: 'Delete app' }));
  const name = await screen.findByRole('textbox', { name: /Type “Storefront” to confirm/ });
  const confirm = screen.getAllByRole<HTMLButtonElement>('button', { name: 'Delete app' }).at(-1)!;

  await userEvent.type(name, 'Storefron{Enter}');
  expect(confirm.disabled).toBe(true);
  expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);

  await userEvent.type(name, 't');
  await userEvent.click(confirm);
  await waitFor(() => expect(router.state.location.pathname).toBe('/apps'));
});
