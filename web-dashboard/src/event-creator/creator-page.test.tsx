import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { fieldError, stubApi, type Answer } from '../test-server';

const PAGE = '/apps/4821907/send';
const SEND = 'POST /api/v1/apps/4821907/events';
const CHANNELS = 'GET /api/v1/apps/4821907/channels';

function stub(answers: Record<string, Answer> = {}, role = 'owner') {
  return stubApi({
    'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role } } },
    'GET /api/v1/apps/4821907': { body: app },
    [CHANNELS]: { body: { channels: [], next_cursor: null } },
    ...answers,
  });
}

const name = async () => await screen.findByRole('textbox', { name: /Event name/ });
const data = () => screen.getByRole('textbox', { name: /Data/ });
const send = () => userEvent.click(screen.getByRole('button', { name: 'Send event' }));
const sent = (calls: ReturnType<typeof stub>) => calls.filter(({ method }) => method === 'POST');

it('sends JSON as it was written, and says by channel whom it reached and why nobody', async () => {
  const calls = stub({
    [SEND]: {
      body: {
        subscribers: 3,
        channels: [
          { channel: 'room-1', subscribers: 3, remembered: false },
          { channel: 'cache-2', subscribers: 0, reason: 'nobody_subscribed', remembered: true },
        ],
      },
    },
  });
  renderAt(`${PAGE}?channel=room-1&channel=cache-2`);
  await userEvent.type(await name(), 'said');
  fireEvent.change(data(), { target: { value: '{"id": 12345678901234567890}' } });
  await send();
  const result = within(await screen.findByRole('region', { name: 'Result' }));
  expect(await result.findByText(/reached 3 subscribers/)).toBeTruthy();
  expect(result.getByText('Nobody: nobody is subscribed right now.')).toBeTruthy();
  expect(result.getByText('Remembered for who subscribes later.')).toBeTruthy();
  expect(sent(calls)[0]?.body).toEqual({
    channels: ['room-1', 'cache-2'],
    name: 'said',
    data: '{"id": 12345678901234567890}',
  });
});

it('sends nothing while the data is no JSON or a name is missing', async () => {
  const calls = stub();
  renderAt(PAGE);
  await name();
  fireEvent.change(data(), { target: { value: '{"id": }' } });
  await send();
  expect(await screen.findByText(/This is no JSON/)).toBeTruthy();
  expect(screen.getByText('Name the event.')).toBeTruthy();
  expect(screen.getByText('Name a channel.')).toBeTruthy();
  expect(sent(calls)).toEqual([]);
});

it('sends to a user, and keeps it to be used again', async () => {
  const channel = '#server-to-user-ada';
  const calls = stub({
    [SEND]: { body: { subscribers: 0, channels: [{ channel, subscribers: 0, reason: 'user_offline', remembered: false }] } },
  });
  renderAt(`${PAGE}?user_id=ada`);
  await userEvent.type(await name(), 'greet');
  await send();
  expect(await screen.findByText('Nobody: the user is not signed in on any connection.')).toBeTruthy();
  await userEvent.clear(await name());
  await userEvent.click(screen.getByRole('button', { name: 'Use again' }));
  expect(((await name()) as HTMLInputElement).value).toBe('greet');
  await send();
  expect(sent(calls).map(({ body }) => body)).toEqual(Array(2).fill(sent(calls)[0]?.body));
  expect(sent(calls)[0]?.body).toMatchObject({ user_id: 'ada', name: 'greet' });
});

it('puts what the server says beside the field', async () => {
  stub({ [SEND]: fieldError({ data: 'Use at most 10240 bytes.' }) });
  renderAt(`${PAGE}?channel=a&name=b`);
  await name();
  await send();
  expect(await screen.findByText('Use at most 10240 bytes.')).toBeTruthy();
});

it('says to whom it is not allowed whose it is', async () => {
  stub({}, 'support');
  renderAt(PAGE);
  expect(await screen.findByText(/Your role here is support/)).toBeTruthy();
  expect(screen.queryByRole('textbox', { name: /Event name/ })).toBeNull();
});
