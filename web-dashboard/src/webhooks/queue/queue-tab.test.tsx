import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Lane, Queue } from '../../api/delivery-types';
import type { Webhook } from '../../api/webhook-types';
import { renderAt } from '../../test-render';
import type { Answer } from '../../test-server';
import { delivery, ENDPOINT, PAGE, refusal, stubEndpoint, webhook } from '../test-endpoint';

const waiting = [
  { seq: 8, id: 'e8', name: 'member_added', channel: 'room-<b>', occurred_at: '2026-08-01T10:00:00Z' },
  { seq: 9, id: 'e9', name: 'connection_closed', channel: null, occurred_at: '2026-08-01T10:00:01Z' },
];

const lane = (change: Partial<Lane> = {}): Lane => ({
  n: 0,
  head: 20,
  cursor: 6,
  pending: 0,
  blocked_by: null,
  next_attempt_at: null,
  waiting: [],
  ...change,
});

const blocked = lane({
  n: 2,
  pending: 14,
  blocked_by: delivery({ state: 'retrying', attempts: 9, last_status: 503, last_error: 'Service Unavailable' }),
  next_attempt_at: new Date(Date.now() + 605_000).toISOString(),
  waiting,
});

function open(queue: Queue | (() => Queue), endpoint: Webhook = webhook(), more: Record<string, Answer | (() => Answer)> = {}) {
  const calls = stubEndpoint(endpoint, {
    [`GET ${ENDPOINT}/queue?limit=100`]: () => ({ body: typeof queue === 'function' ? queue() : queue }),
    ...more,
  });
  renderAt(`${PAGE}/queue`);
  return calls;
}

it('shows what waits behind what, lane by lane', async () => {
  open({ lanes: [lane(), lane({ n: 1 }), blocked], replays: 2 });
  expect(await screen.findByText(/3 lanes, of which 1 has something to do.*2 replays wait beside the lanes/)).toBeTruthy();
  const shown = within(screen.getByRole('region', { name: 'Lane 2' }));
  expect(shown.getByText('14 events pending; told up to 6 of 20')).toBeTruthy();
  expect(shown.getByText('channel_occupied on room-1, 9 attempts')).toBeTruthy();
  expect(shown.getByText(/Service Unavailable/).textContent).toBe('503 Service Unavailable');
  expect(shown.getByText(/Next attempt/).textContent).toContain('(in 10 minutes)');
  expect(shown.getByRole('link', { name: 'See its attempts' }).getAttribute('href')).toBe(`${PAGE}/deliveries/msg_1`);
  const events = within(shown.getByRole('list', { name: 'Waiting events, in order' })).getAllByRole('listitem');
  expect(events.map((event) => event.textContent)).toEqual([
    expect.stringMatching(/^8member_added on room-<b>2026-08-01 10:00:00 UTC/),
    expect.stringMatching(/^9connection_closed2026-08-01 10:00:01 UTC/),
  ]);
  expect(shown.getByText('and 11 events behind these')).toBeTruthy();
  expect(screen.queryByRole('region', { name: 'Lane 0' })).toBeNull();
});

it('plans no attempt while the endpoint is not told', async () => {
  open({ lanes: [blocked], replays: 0 }, webhook({ state: 'paused' }));
  expect(await screen.findByText('No further attempt is planned until the endpoint is resumed.')).toBeTruthy();
  expect(screen.getByText(/One lane: everything is delivered in one order. No replays are waiting./)).toBeTruthy();
});

it('announces no attempt in the past', async () => {
  open({ lanes: [{ ...blocked, next_attempt_at: '2026-08-01T10:00:00Z' }], replays: 0 }, webhook({ last_status: 503 }));
  expect(await screen.findByText('The next attempt is due now.')).toBeTruthy();
});

it('skips the blocking delivery on confirmation only', async () => {
  let lanes = [blocked];
  const calls = open(() => ({ lanes, replays: 0 }), webhook(), {
    [`POST ${ENDPOINT}/queue/2/skip`]: () => {
      lanes = [lane()];
      return { status: 204 };
    },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Skip' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByText(/1 event will be set aside as a dead letter/)).toBeTruthy();
  expect(calls.some(({ method }) => method === 'POST')).toBe(false);
  await userEvent.click(dialog.getByRole('button', { name: 'Skip' }));
  expect(await screen.findByRole('heading', { name: 'Nothing is waiting' })).toBeTruthy();
});

it('says when there was nothing left to skip', async () => {
  open({ lanes: [blocked], replays: 0 }, webhook(), { [`POST ${ENDPOINT}/queue/2/skip`]: refusal('Nothing is frozen.') });
  await userEvent.click(await screen.findByRole('button', { name: 'Skip' }));
  await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Skip' }));
  expect((await screen.findByText('Nothing is frozen.'))).toBeTruthy();
});

it.each([
  ['active', /Everything recorded so far is delivered/],
  ['paused', /paused, and nothing has happened since/],
  ['disabled', /disabled, so nothing is recorded/],
] as const)('says why nothing waits: %s', async (state, reason) => {
  open({ lanes: [lane()], replays: 0 }, webhook({ state }));
  expect(await screen.findByText(reason)).toBeTruthy();
});

it('says when the queue could not be loaded', async () => {
  stubEndpoint(webhook(), { [`GET ${ENDPOINT}/queue?limit=100`]: refusal('Not for you.', 403) });
  renderAt(`${PAGE}/queue`);
  expect(await screen.findByText('Not for you.')).toBeTruthy();
});
