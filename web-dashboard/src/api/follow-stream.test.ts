import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { stubApi, type Answer } from '../test-server';
import { FakeStream } from '../test-stream';
import { followStream } from './follow-stream';

const URL = '/api/v1/apps/1/live';
const listener = { opened: vi.fn(), dropped: vi.fn(), refused: vi.fn(), messages: {} };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeStream);
  FakeStream.opened = [];
});
afterEach(() => void vi.useRealTimers());

async function refuse(answer: Answer) {
  stubApi({ [`GET ${URL}`]: answer });
  FakeStream.last.readyState = FakeStream.CLOSED;
  FakeStream.last.onerror?.();
  await vi.advanceTimersByTimeAsync(2_000);
}

const refusal = (status: number, code: string) => ({ status, body: { error: { code, message: 'Delete one.' } } });

it.each([
  [409, 'limit_reached', 2],
  [429, 'too_many_requests', 2],
  [503, 'unavailable', 2],
  [422, 'validation_failed', 1],
  [404, 'not_found', 1],
])('after %i %s it has tried %i times', async (status, code, tries) => {
  const leave = followStream(URL, listener);
  await refuse(refusal(status, code));
  expect(FakeStream.opened).toHaveLength(tries);
  leave();
});

it('says that there is no room, and that one need not do anything, until there is', async () => {
  const leave = followStream(URL, listener);
  await refuse(refusal(409, 'limit_reached'));
  expect(listener.refused.mock.lastCall?.[0].message).toMatch(/^As many watch this app as can .* as soon as there is room/);
  FakeStream.last.onopen?.();
  expect(listener.refused).toHaveBeenLastCalledWith(null);
  leave();
  expect(FakeStream.last.closed).toBe(true);
});
