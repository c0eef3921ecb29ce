import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { WebhookPatch } from '../../api/webhook-types';
import { renderAt } from '../../test-render';
import { fieldError } from '../../test-server';
import { ENDPOINT, LIST, PAGE, stubEndpoint, webhook } from '../test-endpoint';

const saved = webhook({ header_names: ['X-Env', 'Authorization'], lanes: 4 });

/** The server: keeps what it is sent. */
async function open() {
  let current = saved;
  const calls = stubEndpoint(() => current, {
    [`PATCH ${ENDPOINT}`]: () => {
      const { headers, ...patch } = calls.at(-1)?.body as WebhookPatch;
      current = { ...current, ...patch, header_names: headers ? Object.keys(headers) : current.header_names };
      return { body: current };
    },
    [`POST ${LIST}/test`]: fieldError({ url: 'Refused.' }),
  });
  renderAt(`${PAGE}/settings`);
  const save = await screen.findByRole<HTMLButtonElement>('button', { name: 'Save changes' });
  const patches = () => calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
  return { save, patches, calls };
}

it('sends only what was changed, and lanes cannot be', async () => {
  const { save, patches } = await open();
  expect(save.disabled).toBe(true);
  expect(screen.queryByLabelText('Lanes')).toBeNull();
  expect(screen.getByText(/It has 4 lanes, fixed when it was made/)).toBeTruthy();
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), ' two');
  await userEvent.click(screen.getByRole('checkbox', { name: 'channel_vacated' }));
  await userEvent.click(save);
  await waitFor(() => expect(save.disabled).toBe(true));
  expect(patches()).toEqual([{ name: 'Shop two', event_types: ['channel_occupied'] }]);
  expect(await screen.findByRole('heading', { name: 'Shop two' })).toBeTruthy();
});

it('keeps sealed headers unless all of them are replaced', async () => {
  const { save, patches } = await open();
  expect(screen.getByText('X-Env: •••')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Replace all headers' }));
  expect(screen.getByText('Saving replaces all saved headers: X-Env, Authorization.')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Keep them instead' }));
  expect(save.disabled).toBe(true);

  await userEvent.click(screen.getByRole('button', { name: 'Replace all headers' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Value of header 1' }), 'live');
  await userEvent.click(screen.getByRole('button', { name: 'Remove header 2' }));
  await userEvent.click(save);
  await waitFor(() => expect(patches()).toEqual([{ headers: { 'X-Env': 'live' } }]));
  // Sealed again.
  expect(await screen.findByText('X-Env: •••')).toBeTruthy();
  expect(screen.queryByDisplayValue('live')).toBeNull();
});

it('pings without the headers that it cannot know, and says so', async () => {
  const { calls } = await open();
  expect(screen.getByText(/without the saved custom headers/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Send test ping' }));
  expect((await screen.findByRole('alert')).textContent).toBe('Refused.');
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ url: saved.url, timeout_ms: 10_000 });
});
