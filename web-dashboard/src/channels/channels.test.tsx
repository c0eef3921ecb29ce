import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { connection } from '../connections/test-connection';
import { app, renderAt, session } from '../test-render';
import { stubApi, type Answer } from '../test-server';

const LIST = '/api/v1/apps/4821907/channels';
const PAGE = '/apps/4821907/channels';
const room = { channel: 'presence-room', access: 'presence', subscriptions: 3, users: 2, cached: false };

const stub = (answers: Record<string, Answer>, connections = 2) =>
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: { ...app, connections } },
    ...answers,
  });

it('lists occupied channels, page by page, of a prefix', async () => {
  stub({
    [`GET ${LIST}?prefix=presence-`]: { body: { channels: [room], next_cursor: 'presence-room' } },
    [`GET ${LIST}?prefix=presence-&cursor=presence-room`]: {
      body: { channels: [{ ...room, channel: 'presence-zoo', cached: true }], next_cursor: null },
    },
  });
  renderAt(`${PAGE}?prefix=presence-`);
  const row = (await screen.findByRole('link', { name: 'presence-room' })).closest('tr')!;
  expect(row.textContent).toBe('presence-roomPresence3 subscriptions2 users');
  await userEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect((await screen.findByRole('link', { name: 'presence-zoo' })).closest('tr')!.textContent).toContain('remembered');
});

it.each([
  [0, 'Nobody is connected.'],
  [2, 'Clients are connected, but none has subscribed to a channel.'],
])('says why there are none with %i connections', async (connections, text) => {
  stub({ [`GET ${LIST}`]: { body: { channels: [], next_cursor: null } } }, connections);
  renderAt(PAGE);
  expect(await screen.findByText(new RegExp(text))).toBeTruthy();
});

it('shows members, subscribers, the remembered event and what happened', async () => {
  const one = `${LIST}/presence-cache-room`;
  stub({
    [`GET ${one}`]: {
      body: {
        ...room,
        channel: 'presence-cache-room',
        cached: true,
        occupied: true,
        cached_event: { data: '<script>', data_bytes: 8, ttl_seconds: 1_700 },
        timeline_since: '2026-08-01T10:00:00Z',
        timeline: [{ at: 1, kind: 'member_added', channel: 'presence-cache-room', user_id: 'ada' }],
      },
    },
    [`GET ${one}/members`]: {
      body: { members: [{ user_id: 'ada', user_info: { name: 'Ada' }, connections: 2 }], next_cursor: null },
    },
    [`GET ${one}/subscribers`]: { body: { connections: [connection()], next_cursor: null } },
  });
  renderAt(`${PAGE}/presence-cache-room`);
  expect((await screen.findByRole('region', { name: 'Data as text' })).textContent).toBe('<script>');
  const members = await screen.findByRole('table', { name: 'Members' });
  expect(within(members).getByRole('row', { name: /ada 2 connections/ }).textContent).toContain('{"name":"Ada"}');
  expect(within(await screen.findByRole('table', { name: 'Subscribers' })).getByText('12.34')).toBeTruthy();
  expect(screen.getByRole('list', { name: 'Recent activity' }).textContent).toContain('Member added ada in');
});
