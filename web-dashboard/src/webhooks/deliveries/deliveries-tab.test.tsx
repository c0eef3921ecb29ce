import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { DeliveryState } from '../../api/delivery-types';
import type { Webhook } from '../../api/webhook-types';
import { renderAt } from '../../test-render';
import { delivery, ENDPOINT, PAGE, refusal, stubEndpoint, webhook } from '../test-endpoint';

const log = (...ids: string[]) => ({ body: { deliveries: ids.map((id) => delivery({ id })), next_cursor: null } });
const rows = async () => (await screen.findAllByRole('row')).slice(1);

it.each([
  ['delivered', 'Delivered', '200 in 84 ms', { last_status: 200 }],
  ['retrying', 'Retrying', 'No answer in 84 ms', { last_status: null, last_error: 'refused <b>' }],
  ['dead', 'Dead letter', '500', { last_status: 500, duration_ms: null }],
  ['discarded', 'Discarded', '500 in 84 ms', { last_status: 500 }],
] as [DeliveryState, string, string, object][])('shows a %s delivery', async (state, label, answer, change) => {
  const shown = delivery({ state, attempts: 3, replays: 1, ...change });
  stubEndpoint(webhook(), { [`GET ${ENDPOINT}/deliveries`]: { body: { deliveries: [shown], next_cursor: null } } });
  renderAt(`${PAGE}/deliveries`);
  const [row] = await rows();
  const cells = within(row!).getAllByRole('cell').map((cell) => cell.textContent);
  expect(cells.slice(0, 3)).toEqual(['channel_occupiedroom-1', `${label}3 attempts · 1 replay`, '7msg_1']);
  expect(cells[3]).toContain(answer);
  expect(cells[4]).toContain('2026-08-01 10:00:05 UTC');
  if (shown.last_error !== null) expect(within(row!).getByText('refused <b>')).toBeTruthy();
});

it('takes the filter from the address, and leaves it there', async () => {
  const calls = stubEndpoint(webhook(), {
    [`GET ${ENDPOINT}/deliveries?state=dead&channel=room-1`]: log('msg_1'),
    [`GET ${ENDPOINT}/deliveries?state=dead&channel=room-2`]: log('msg_2'),
    [`GET ${ENDPOINT}/deliveries?state=dead&channel=room-2&from=2026-08-01T10%3A00%3A00Z`]: log(),
  });
  const { router } = renderAt(`${PAGE}/deliveries?state=dead&channel=room-1&to=nonsense`);
  expect((await rows()).length).toBe(1);
  expect(screen.getByRole<HTMLInputElement>('combobox', { name: 'State' }).value).toBe('Dead letter');
  const channel = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Channel' });
  expect(channel().value).toBe('room-1');
  await userEvent.clear(channel());
  await userEvent.type(channel(), 'room-2{Enter}');
  expect(await screen.findByText('msg_2')).toBeTruthy();

  fireEvent.change(screen.getByLabelText('From (UTC)'), { target: { value: '2026-08-01T10:00' } });
  expect(await screen.findByRole('heading', { name: 'No delivery matches' })).toBeTruthy();
  expect(router.state.location.search).toBe('?state=dead&channel=room-2&from=2026-08-01T10%3A00%3A00Z');

  await userEvent.click(screen.getByRole('button', { name: 'Clear the filter' }));
  expect(await screen.findByRole('heading', { name: 'Nothing delivered in the last 7 days' })).toBeTruthy();
  expect(router.state.location.search).toBe('');
  expect(calls.at(-1)?.path).toBe(`${ENDPOINT}/deliveries`);
});

it('loads older ones, and says where the log ends', async () => {
  stubEndpoint(webhook(), {
    [`GET ${ENDPOINT}/deliveries`]: { body: { deliveries: [delivery()], next_cursor: 'c/2' } },
    [`GET ${ENDPOINT}/deliveries?cursor=c%2F2`]: log('msg_0'),
  });
  renderAt(`${PAGE}/deliveries`);
  await userEvent.click(await screen.findByRole('button', { name: 'Load older' }));
  expect(await screen.findByText('msg_0')).toBeTruthy();
  expect(screen.getByText('msg_1')).toBeTruthy();
  expect(screen.getByText('That is all: the log goes back 7 days.')).toBeTruthy();
});

it.each([
  ['nothing happened', {}, 'No channel_occupied, channel_vacated happened on any channel.'],
  ['of the filter', { channels: ['room-*'] }, 'happened on a channel like room-*.'],
  ['it is paused', { state: 'paused', pending: 2 }, 'The endpoint is paused, and 2 events wait.'],
  ['it is disabled', { state: 'disabled' }, 'nothing is recorded for it'],
  ['the first is on its way', { pending: 1 }, '1 event waits for the first attempt'],
] as [string, Partial<Webhook>, string][])('says that it is empty because %s', async (_why, change, text) => {
  stubEndpoint(webhook(change));
  renderAt(`${PAGE}/deliveries`);
  expect(await screen.findByText(new RegExp(text.replaceAll('*', '\\*')))).toBeTruthy();
});

it('says when the log could not be loaded', async () => {
  stubEndpoint(webhook(), { [`GET ${ENDPOINT}/deliveries`]: refusal('Not for you.', 403) });
  renderAt(`${PAGE}/deliveries`);
  expect(await screen.findByText('Not for you.')).toBeTruthy();
});

it('replays all that failed since then, and says how many', async () => {
  const calls = stubEndpoint(webhook({ failing_since: '2026-08-01T09:30:00Z' }), {
    [`POST ${ENDPOINT}/replay`]: { status: 202, body: { deliveries: 10_000, is_truncated: true } },
  });
  renderAt(`${PAGE}/deliveries`);
  await userEvent.click(await screen.findByRole('button', { name: 'Replay many' }));
  expect((await screen.findByLabelText<HTMLInputElement>('Failed since (UTC)')).value).toBe('2026-08-01T09:30');
  expect(calls.some(({ method }) => method === 'POST')).toBe(false);
  await userEvent.click(screen.getByRole('button', { name: 'Queue replays' }));
  expect(await screen.findByText('10,000 deliveries are queued for replay.')).toBeTruthy();
  expect(screen.getByText(/only the oldest are queued/)).toBeTruthy();
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ failed_since: '2026-08-01T09:30:00Z' });
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

it('replays a range once both ends are known', async () => {
  const replies = [refusal('The range is too old.', 422), { status: 202, body: { deliveries: 0 } }];
  const calls = stubEndpoint(webhook(), { [`POST ${ENDPOINT}/replay`]: () => replies.shift()! });
  renderAt(`${PAGE}/deliveries`);
  await userEvent.click(await screen.findByRole('button', { name: 'Replay many' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.click(dialog.getByRole('radio', { name: 'Time range' }));
  const queue = dialog.getByRole<HTMLButtonElement>('button', { name: 'Queue replays' });
  fireEvent.change(dialog.getByLabelText('From (UTC)'), { target: { value: '2026-08-01T10:00' } });
  expect(queue.disabled).toBe(true);
  fireEvent.change(dialog.getByLabelText('To (UTC)'), { target: { value: '2026-08-01T11:00' } });
  await userEvent.click(queue);
  expect((await dialog.findByRole('alert')).textContent).toBe('The range is too old.');
  await userEvent.click(queue);
  expect(await screen.findByText('Nothing matched: no delivery is queued.')).toBeTruthy();
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({
    from: '2026-08-01T10:00:00Z',
    to: '2026-08-01T11:00:00Z',
  });
});
