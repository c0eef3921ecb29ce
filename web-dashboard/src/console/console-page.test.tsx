import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';
import { FakeStream } from '../test-stream';

const PAGE = '/apps/4821907/console';
const LIVE = '/api/v1/apps/4821907/live';
const answers = {
  'GET /api/v1/me': { body: session },
  'GET /api/v1/apps/4821907': { body: app },
};
const snapshot = {
  connections: 2,
  channels: 1,
  users: 0,
  last_event_at: null,
  client_events: false,
  enabled: true,
  payloads: true,
};
const event = {
  at: 1_700_000_000_000,
  kind: 'event',
  channel: 'room-1',
  name: 'said',
  source: 'api',
  subscribers: 2,
  data_bytes: 21,
  data: '{"text":"<b>hi</b>"}',
  data_cut: false,
};

beforeEach(() => {
  vi.stubGlobal('EventSource', FakeStream);
});

const feed = () => screen.findByRole('log', { name: 'What happens' });
const tell = (type: string, data: unknown) => act(() => FakeStream.last.send(type, data));

async function openConsole(path = PAGE) {
  const view = renderAt(path);
  await feed();
  act(() => FakeStream.last.onopen?.());
  return view;
}

it('shows what happens, and what an event carries as text', async () => {
  stubApi(answers);
  await openConsole();
  tell('snapshot', snapshot);
  tell('activity', event);
  await userEvent.click(await screen.findByRole('button', { name: /said on room-1/ }));
  const drawer = within(await screen.findByRole('dialog'));
  const text = await drawer.findByRole('region', { name: 'Data as text' });
  expect(text.textContent).toBe('{\n  "text": "<b>hi</b>"\n}');
  expect(text.querySelector('b')).toBeNull();
  expect(drawer.getByRole('link', { name: 'room-1' }).getAttribute('href')).toBe('/apps/4821907/channels/room-1');
});

it('says why no data is shown to who may not see it', async () => {
  stubApi(answers);
  await openConsole();
  tell('activity', { ...event, data: undefined });
  await userEvent.click(await screen.findByRole('button', { name: /said on room-1/ }));
  expect(await screen.findByText('Your role may see that something was sent, not what.')).toBeTruthy();
});

it('asks the server for what the address says, and puts a filter there', async () => {
  stubApi(answers);
  const { router } = await openConsole(`${PAGE}?channel=room-*`);
  expect(FakeStream.last.url).toBe(`${LIVE}?channel=room-*`);
  const before = FakeStream.last;
  await userEvent.click(screen.getByRole('checkbox', { name: 'Presence' }));
  await waitFor(() => expect(FakeStream.last.url).toBe(`${LIVE}?types=member_added%2Cmember_removed&channel=room-*`));
  expect(before.closed).toBe(true);
  await userEvent.type(screen.getByRole('textbox', { name: 'Event name' }), 'said{Enter}');
  await waitFor(() => expect(router.state.location.search).toContain('event=said'));
  await userEvent.click(screen.getByRole('button', { name: 'Clear the filter' }));
  await waitFor(() => expect(FakeStream.last.url).toBe(LIVE));
});

it('holds back while paused, and clears', async () => {
  stubApi(answers);
  await openConsole();
  await userEvent.click(screen.getByRole('button', { name: 'Pause' }));
  tell('activity', event);
  await userEvent.click(await screen.findByRole('button', { name: 'Resume (1 new)' }));
  expect(await screen.findByRole('button', { name: /said on room-1/ })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Clear' }));
  expect(screen.queryByRole('button', { name: /said on room-1/ })).toBeNull();
});

it('says of how much it shows a sample', async () => {
  stubApi(answers);
  await openConsole();
  tell('sampled', { shown: 200, of: 5_200 });
  expect(await screen.findByText(/sampled: 200 of 5,200 in the last second/)).toBeTruthy();
});

it('says why it is empty', async () => {
  stubApi({ ...answers, 'GET /api/v1/apps/4821907': { body: { ...app, connections: 0 } } });
  await openConsole();
  tell('snapshot', { ...snapshot, connections: 0 });
  expect(await screen.findByText('0 connections')).toBeTruthy();
});

it('says why the server refuses a filter, and does not insist', async () => {
  const refused = { status: 422, body: { error: { code: 'invalid', message: 'No.', fields: { channel: 'Too long.' } } } };
  stubApi({ ...answers, [`GET ${LIVE}?channel=x`]: refused });
  await openConsole(`${PAGE}?channel=x`);
  const { length } = FakeStream.opened;
  FakeStream.last.readyState = FakeStream.CLOSED;
  act(() => FakeStream.last.onerror?.());
  expect((await screen.findByRole('alert')).textContent).toContain('Too long.');
  expect(FakeStream.opened).toHaveLength(length);
});
