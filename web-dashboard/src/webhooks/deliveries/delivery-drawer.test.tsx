import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Attempt, DeliveryDetail } from '../../api/delivery-types';
import { renderAt } from '../../test-render';
import type { Answer } from '../../test-server';
import { delivery, ENDPOINT, PAGE, refusal, stubEndpoint, webhook } from '../test-endpoint';

const attempt = (change: Partial<Attempt>): Attempt => ({
  attempt: 1,
  replay: 0,
  at: '2026-08-01T10:00:00Z',
  status: 500,
  duration_ms: 40,
  error: null,
  outcome: 'failed',
  request_headers: { 'webhook-id': 'msg_1', 'X-Env': '•••' },
  response_headers: { server: '<i>nginx</i>' },
  response_excerpt: '<script>alert(1)</script>',
  ...change,
});

const detail: DeliveryDetail = {
  ...delivery({ event_count: 12 }),
  body: '{"events":"<img src=x>"}',
  attempts_list: [
    attempt({}),
    attempt({ attempt: 2, status: null, error: 'connection refused', response_headers: {}, response_excerpt: null, outcome: 'dead' }),
    attempt({ replay: 1, status: 200, at: '2026-08-01T11:00:00Z', outcome: 'delivered', request_headers: { 'webhook-replay': '1' } }),
  ],
};

async function open(answer: Answer = { body: detail }, more: Record<string, Answer> = {}) {
  const calls = stubEndpoint(webhook(), {
    [`GET ${ENDPOINT}/deliveries?state=dead`]: { body: { deliveries: [delivery()], next_cursor: null } },
    [`GET ${ENDPOINT}/deliveries/msg_1`]: answer,
    ...more,
  });
  const user = userEvent.setup();
  const view = renderAt(`${PAGE}/deliveries?state=dead`);
  await user.click(await screen.findByRole('link', { name: 'channel_occupied' }));
  return { ...view, user, calls, drawer: within(await screen.findByRole('dialog')) };
}

it('shows every attempt, and opens what was sent and answered as text', async () => {
  const { user, drawer, router } = await open();
  const attempts = within(await drawer.findByRole('list', { name: 'Attempts' })).getAllByRole('listitem');
  expect(attempts.map((item) => item.textContent)).toEqual([
    expect.stringContaining('Failed500 in 40 msRequest and answerAttempt 1 · 2026-08-01 10:00:00 UTC'),
    expect.stringContaining('Given upNo answer in 40 msRequest and answerAttempt 2 ·'),
    expect.stringContaining('Delivered200 in 40 msRequest and answerReplay 1, attempt 1 ·'),
  ]);
  expect(drawer.getByText('connection refused')).toBeTruthy();
  expect(drawer.getByText('and 11 others')).toBeTruthy();

  await user.click(drawer.getByRole('button', { name: 'Show request and answer of attempt 1' }));
  const text = (name: string) => drawer.getByRole('region', { name }).textContent;
  expect(text('Request of attempt 1: headers')).toBe('webhook-id: msg_1\nX-Env: •••');
  expect(text('Request of attempt 1: body')).toBe('{"events":"<img src=x>"}');
  expect(text('Answer to attempt 1: headers')).toBe('server: <i>nginx</i>');
  expect(text('Answer to attempt 1: body')).toBe('<script>alert(1)</script>');
  expect(document.querySelector('pre img, pre i, pre script')).toBeNull();
  await user.click(drawer.getByRole('button', { name: 'Hide request and answer of attempt 1' }));
  await user.click(drawer.getByRole('button', { name: 'Show request and answer of attempt 2' }));
  expect(drawer.getByText('There was no answer.')).toBeTruthy();

  // It has an address of its own, and closing it keeps the filter.
  expect(router.state.location.pathname).toBe(`${PAGE}/deliveries/msg_1`);
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(router.state.location).toMatchObject({ pathname: `${PAGE}/deliveries`, search: '?state=dead' });
});

it('copies the newest attempt as a curl command', async () => {
  const { user, drawer } = await open();
  await user.click(await drawer.findByRole('button', { name: 'Copy curl command' }));
  expect(await navigator.clipboard.readText()).toBe(
    `curl -X POST http://localhost:3000/hook \\\n  -H 'webhook-replay: 1' \\\n  --data-raw '{"events":"<img src=x>"}'`,
  );
});

it('says why it cannot be replayed', async () => {
  const { user, drawer } = await open({ body: detail }, {
    [`POST ${ENDPOINT}/deliveries/msg_1/replay`]: refusal('A replay is waiting already.'),
  });
  await user.click(await drawer.findByRole('button', { name: 'Replay' }));
  expect((await drawer.findByRole('alert')).textContent).toBe('A replay is waiting already.');
});

it('replays, and asks for the delivery anew', async () => {
  const { user, drawer, calls } = await open({ body: detail }, {
    [`POST ${ENDPOINT}/deliveries/msg_1/replay`]: { status: 202, body: { replay: 2 } },
  });
  const asked = () => calls.filter(({ path }) => path.endsWith('/msg_1')).length;
  await drawer.findByRole('button', { name: 'Replay' });
  const before = asked();
  await user.click(drawer.getByRole('button', { name: 'Replay' }));
  await waitFor(() => expect(asked()).toBeGreaterThan(before));
  expect(drawer.queryByRole('alert')).toBeNull();
});

it('offers neither replay nor copy once the events have expired', async () => {
  const { drawer } = await open({ body: { ...detail, body: null, attempts_list: [] } });
  expect((await drawer.findByRole<HTMLButtonElement>('button', { name: 'Replay' })).disabled).toBe(true);
  expect(drawer.queryByRole('button', { name: 'Copy curl command' })).toBeNull();
  expect(drawer.getByText(/expired after 7 days/)).toBeTruthy();
  expect(drawer.getByText(/None is on record/)).toBeTruthy();
});

it('says when the delivery could not be loaded', async () => {
  const { drawer } = await open({ status: 404 });
  expect(await drawer.findByText('This does not exist, or it is not yours.')).toBeTruthy();
});
