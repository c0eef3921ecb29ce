import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi, type Answer } from '../test-server';
import { connection } from './test-connection';

const LIST = '/api/v1/apps/4821907/connections';
const ONE = `${LIST}/12.34`;
const PAGE = '/apps/4821907/connections';
const gone: Answer = { status: 404, body: { error: { code: 'not_found', message: 'Gone.' } } };
const timeline = { timeline_since: '2026-08-01T10:00:00Z', timeline: [{ at: 1, kind: 'disconnected', socket_id: '12.34', reason: null }] };
const detail = {
  ...connection(),
  ...timeline,
  timeline: [{ at: 1, kind: 'subscribed', socket_id: '12.34', channel: 'room-1' }],
  messages_in: 4,
  messages_out: 1_200,
  subscriptions_page: [{ channel: 'presence-room', user_id: 'ada', user_info: { name: '<i>Ada</i>' } }],
  next_cursor: null,
};

function stub(answers: Record<string, Answer | (() => Answer)>, role = 'owner') {
  return stubApi({
    'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role } } },
    'GET /api/v1/apps/4821907': { body: app },
    ...answers,
  });
}

it('finds connections by what the address says', async () => {
  stub({
    [`GET ${LIST}?user_id=ada&transport=websocket`]: { body: { connections: [connection()], next_cursor: null } },
    [`GET ${LIST}?user_id=bob&transport=websocket`]: { body: { connections: [], next_cursor: null } },
  });
  const { router } = renderAt(`${PAGE}?user_id=ada&transport=websocket`);
  const row = (await screen.findByRole('link', { name: '12.34' })).closest('tr')!;
  expect(row.textContent).toContain('js 8.4.0adaWebSocket192.0.2.7https://shop.example.com1 channel');
  const user = screen.getByRole('textbox', { name: 'User id' });
  await userEvent.clear(user);
  await userEvent.type(user, 'bob{Enter}');
  expect(await screen.findByRole('heading', { name: 'No connection matches' })).toBeTruthy();
  expect(router.state.location.search).toBe('?user_id=bob&transport=websocket');
});

it('looks further when a page without a match has a next one', async () => {
  stub({
    [`GET ${LIST}?client=swift`]: { body: { connections: [], next_cursor: '9.9' } },
    [`GET ${LIST}?client=swift&cursor=9.9`]: { body: { connections: [connection()], next_cursor: null } },
  });
  renderAt(`${PAGE}?client=swift`);
  await userEvent.click(await screen.findByRole('button', { name: 'None so far: look further' }));
  expect(await screen.findByRole('link', { name: '12.34' })).toBeTruthy();
});

it('shows one closely, foreign text as text', async () => {
  stub({ [`GET ${ONE}`]: { body: detail } });
  renderAt(`${PAGE}/12.34`);
  const facts = await screen.findByRole('region', { name: 'Facts' });
  expect(facts.textContent).toContain('Messages it was sent1,200');
  const subscriptions = within(await screen.findByRole('table', { name: 'Subscriptions' }));
  expect(subscriptions.getByText('{"name":"<i>Ada</i>"}')).toBeTruthy();
  expect(screen.getByRole('list', { name: 'Timeline' }).textContent).toContain('Subscribed room-1');
});

it.each([
  ['may come back at once', true],
  ['is to stay away', false],
])('disconnects one whose client %s', async (choice, reconnect) => {
  const calls = stub({ [`GET ${ONE}`]: { body: detail }, [`POST ${ONE}/disconnect`]: { status: 204 } });
  renderAt(`${PAGE}/12.34`);
  await userEvent.click(await screen.findByRole('button', { name: 'Disconnect' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.click(dialog.getByRole('radio', { name: choice }));
  expect(calls.some(({ method }) => method === 'POST')).toBe(false);
  await userEvent.click(dialog.getByRole('button', { name: 'Disconnect' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ reconnect });
});

it('sends an event to one', async () => {
  const calls = stub({ [`GET ${ONE}`]: { body: detail }, [`POST ${ONE}/events`]: { status: 204 } });
  renderAt(`${PAGE}/12.34`);
  await userEvent.click(await screen.findByRole('button', { name: 'Send it an event' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.type(dialog.getByRole('textbox', { name: /Event name/ }), 'nudge');
  await userEvent.click(dialog.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({
    name: 'nudge',
    data: '{\n  "message": "hello"\n}',
  });
});

it('says that it has ended, and how', async () => {
  stub({ [`GET ${ONE}`]: gone, [`GET ${ONE}/timeline`]: { body: timeline } });
  renderAt(`${PAGE}/12.34`);
  expect(await screen.findByText('Ended')).toBeTruthy();
  expect((await screen.findByRole('list', { name: 'How it ended' })).textContent).toContain('Disconnected the client left');
  expect(screen.queryByRole('button', { name: 'Disconnect' })).toBeNull();
});

it('says to support whose it is to act', async () => {
  stub({ [`GET ${ONE}`]: { body: detail } }, 'support');
  renderAt(`${PAGE}/12.34`);
  expect(await screen.findByText('To message or end a connection takes owner, admin, or developer.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Disconnect' })).toBeNull();
});
