import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { fieldError, stubApi } from '../test-server';

it('sets how long webhooks wait before they tell of a leaving', async () => {
  const replies = [
    fieldError({ settings: 'webhook_debounce_ms must be between 0 and 30000' }),
    { body: { ...app, settings: { ...app.settings, webhook_debounce_ms: 0 } } },
  ];
  const calls = stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    'GET /api/v1/apps': { body: { apps: [] } },
    'PATCH /api/v1/apps/4821907': () => replies.shift() ?? { status: 500 },
  });
  renderAt('/apps/4821907/settings');
  const wait = await screen.findByLabelText<HTMLInputElement>('Wait before telling of a leaving');
  const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Save wait' });
  expect(wait.value).toBe('3,000');
  expect(save.disabled).toBe(true);

  const enter = async (value: string) => {
    await userEvent.clear(wait);
    await userEvent.type(wait, `${value}{Enter}`);
  };
  await enter('60001');
  expect(await screen.findByText('Enter a whole number from 0 to 60,000.')).toBeTruthy();
  expect(calls.some(({ method }) => method === 'PATCH')).toBe(false);
  await enter('60000');
  expect(await screen.findByText('Must be between 0 and 30000.')).toBeTruthy();
  await enter('0');
  await waitFor(() => expect(save.disabled).toBe(true));
  expect(calls.filter(({ method }) => method === 'PATCH').at(-1)?.body).toEqual({ settings: { webhook_debounce_ms: 0 } });
});
