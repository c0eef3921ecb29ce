import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Role } from '../api/people-types';
import type { AppSettings } from '../api/types';
import { app, renderAt, session } from '../test-render';
import { fieldError, stubApi, type Answer } from '../test-server';

/** The server: keeps what it is sent, unless told to answer something else first. */
const open = (settings: Partial<AppSettings> = {}, ...replies: Answer[]) => openAs('owner', settings, ...replies);

async function openAs(role: Role, settings: Partial<AppSettings> = {}, ...replies: Answer[]) {
  const kept = { ...app.settings, ...settings };
  const calls = stubApi({
    'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role } } },
    'GET /api/v1/apps/4821907': { body: { ...app, settings: kept } },
    'GET /api/v1/apps': { body: { apps: [] } },
    'PATCH /api/v1/apps/4821907': () => {
      const sent = calls.at(-1)?.body as { settings: Partial<AppSettings> };
      return replies.shift() ?? { body: { ...app, settings: { ...kept, ...sent.settings } } };
    },
  });
  renderAt('/apps/4821907/settings');
  const save = await screen.findByRole<HTMLButtonElement>('button', { name: 'Save limits' });
  const patches = () => calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
  return { save, patches };
}

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);

async function enter(name: string, value: string) {
  await userEvent.clear(field(name));
  if (value !== '') await userEvent.type(field(name), value);
}

const description = (name: string) =>
  (field(name).getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent)
    .join(' ');

it('shows what is set, and says what each number may be', async () => {
  const { save } = await open({ max_event_bytes: 20_000, max_connections: 500 });
  expect(field('Event size').value).toBe('20,000');
  expect(description('Event size')).toContain('1 to 32,768 bytes');
  expect(field('Connections').value).toBe('500');
  expect(field('Messages per day').value).toBe('');
  expect(save.disabled).toBe(true);
});

it('sends only what was changed', async () => {
  const { save, patches } = await open();
  await enter('Events per batch', '50');
  await enter('Presence members', '1000');
  await enter('Channel name', '20');
  await enter('Channel name', '200');
  await userEvent.click(save);
  await waitFor(() => expect(save.disabled).toBe(true));
  expect(patches()).toEqual([{ settings: { max_batch_events: 50, max_presence_members: 1000 } }]);

  // What is saved is not sent again.
  await enter('Client events', '20');
  await userEvent.click(save);
  await waitFor(() => expect(patches()).toHaveLength(2));
  expect(patches()[1]).toEqual({ settings: { max_client_events_per_second: 20 } });
});

it('takes an empty quota for none, and a number for one', async () => {
  const { save, patches } = await open({ max_connections: 500 });
  await enter('Connections', '');
  await enter('Messages per day', '2000000');
  await userEvent.click(save);
  await waitFor(() => expect(patches()).toHaveLength(1));
  expect(patches()[0]).toEqual({ settings: { max_connections: null, max_messages_per_day: 2_000_000 } });
});

it('lets who may not manage limits change the others only', async () => {
  const { save, patches } = await openAs('developer');
  for (const name of ['Event size', 'Presence members', 'Connections', 'Messages per day']) {
    expect(field(name).disabled).toBe(true);
  }
  await enter('Events per batch', '50');
  await userEvent.click(save);
  await waitFor(() => expect(patches()).toEqual([{ settings: { max_batch_events: 50 } }]));
});

it('says beside the field what is out of range, and sends nothing', async () => {
  const { save, patches } = await open();
  await enter('Event size', '65537');
  await enter('Events per batch', '0');
  await enter('Client events', '');
  await enter('Connections', '99999999999');
  await userEvent.click(save);
  expect(description('Event size')).toContain('Enter a whole number from 1 to 32,768.');
  expect(description('Events per batch')).toContain('Enter a whole number from 1 to 100.');
  expect(description('Client events')).toContain('Enter a whole number from 1 to 1,000.');
  expect(description('Connections')).toContain('Enter a whole number from 0 to 4,294,967,295, or nothing.');
  expect(field('Presence members').getAttribute('aria-invalid')).not.toBe('true');
  expect(document.activeElement).toBe(field('Event size'));
  expect(patches()).toEqual([]);
});

it('puts what the server says beside the setting it names', async () => {
  const { save } = await open({}, fieldError({ settings: 'max_batch_events must be between 1 and 20' }));
  await enter('Events per batch', '21');
  await userEvent.click(save);
  await waitFor(() => expect(description('Events per batch')).toContain('Must be between 1 and 20.'));
  expect(screen.queryByRole('alert')).toBeNull();
  expect(field('Events per batch').value).toBe('21');
});

it('does not lose a message that names no field here', async () => {
  const { save } = await open({}, fieldError({ settings: 'unknown field `max_batch`' }));
  await enter('Events per batch', '21');
  await userEvent.click(save);
  expect((await screen.findByRole('alert')).textContent).toContain('unknown field `max_batch`');
});
