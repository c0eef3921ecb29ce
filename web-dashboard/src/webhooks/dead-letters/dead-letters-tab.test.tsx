import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderAt } from '../../test-render';
import type { Answer } from '../../test-server';
import { delivery, ENDPOINT, PAGE, refusal, stubEndpoint, webhook } from '../test-endpoint';

/** The server: forgets what is replayed or discarded. */
function open(more: Record<string, Answer> = {}) {
  let dead = [delivery({ id: 'msg_1', state: 'dead', event_count: 3 })];
  const settle = (answer: Answer) => () => {
    dead = [];
    return answer;
  };
  const calls = stubEndpoint(() => webhook({ dead_letters: dead.length, order: 'relaxed' }), {
    [`GET ${ENDPOINT}/dead-letters`]: () => ({ body: { deliveries: dead, next_cursor: null } }),
    [`POST ${ENDPOINT}/dead-letters/msg_1/replay`]: settle({ status: 202 }),
    [`POST ${ENDPOINT}/dead-letters/replay`]: settle({ status: 202, body: { deliveries: 1 } }),
    [`DELETE ${ENDPOINT}/dead-letters/msg_1`]: settle({ status: 204 }),
    ...more,
  });
  const view = renderAt(`${PAGE}/dead-letters`);
  const changes = () => calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  return { ...view, changes };
}

const click = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const isEmpty = () => screen.findByRole('heading', { name: 'No dead letters' });

it('replays one', async () => {
  const { changes } = open();
  expect(await screen.findByText(/given up after 12 attempts/)).toBeTruthy();
  await click('Replay msg_1');
  await isEmpty();
  expect(changes()).toEqual([`POST ${ENDPOINT}/dead-letters/msg_1/replay`]);
  expect(screen.getByText(/Nothing was given up/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Replay all' })).toBeNull();
});

it('replays all on confirmation, and says how many', async () => {
  const { changes } = open();
  await click('Replay all');
  expect(await screen.findByText(/1 dead letter will be sent again/)).toBeTruthy();
  expect(changes()).toEqual([]);
  await click('Queue replays');
  expect(await screen.findByText('1 delivery is queued for replay.')).toBeTruthy();
  await click('Done');
  await isEmpty();
});

it('discards on confirmation, and says what is lost', async () => {
  const { changes } = open();
  await click('Discard msg_1');
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByText(/is not told of 3 events/)).toBeTruthy();
  expect(changes()).toEqual([]);
  await userEvent.click(dialog.getByRole('button', { name: 'Discard' }));
  await isEmpty();
  expect(changes()).toEqual([`DELETE ${ENDPOINT}/dead-letters/msg_1`]);
});

it('says why one could not be discarded', async () => {
  open({ [`DELETE ${ENDPOINT}/dead-letters/msg_1`]: refusal('It is being replayed.') });
  await click('Discard msg_1');
  await click('Discard');
  expect((await screen.findByRole('alert')).textContent).toBe('It is being replayed.');
});

it('says why not all could be replayed', async () => {
  open({ [`POST ${ENDPOINT}/dead-letters/replay`]: refusal('Not now.') });
  await click('Replay all');
  await click('Queue replays');
  expect((await screen.findByRole('alert')).textContent).toBe('Not now.');
});

it('opens one at an address of its own', async () => {
  const { router } = open({
    [`GET ${ENDPOINT}/deliveries/msg_1`]: { body: { ...delivery({ state: 'dead' }), body: null, attempts_list: [] } },
  });
  await userEvent.click(await screen.findByRole('link', { name: 'channel_occupied, 2 more' }));
  expect((await screen.findByTestId('delivery-id')).textContent).toBe('msg_1');
  expect(router.state.location.pathname).toBe(`${PAGE}/dead-letters/msg_1`);
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(router.state.location.pathname).toBe(`${PAGE}/dead-letters`));
});
