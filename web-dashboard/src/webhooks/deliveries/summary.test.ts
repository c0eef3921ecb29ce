import { expect, it } from 'vitest';
import { delivery } from '../test-endpoint';
import { attemptSummary, channelSummary, eventSummary, seqSummary } from './summary';

const event = (seq: number, name: string, channel: string | null) => ({ seq, id: `e${seq}`, name, channel });

it('names the events of a batch, and says how many it does not know', () => {
  const events = [event(1, 'member_added', 'a'), event(2, 'member_added', 'b'), event(3, 'cache_miss', 'c')];
  expect(eventSummary(delivery({ events, event_count: 3 }))).toBe('member_added ×2, cache_miss');
  expect(eventSummary(delivery({ events, event_count: 87 }))).toBe('member_added ×2, cache_miss, 84 more');
  expect(eventSummary(delivery({ events: [], event_count: 5 }))).toBe('5 events');
});

it('names the channels', () => {
  const on = (...channels: (string | null)[]) => delivery({ events: channels.map((channel, seq) => event(seq, 'x', channel)) });
  expect(channelSummary(on('a', 'a'))).toBe('a');
  expect(channelSummary(on('a', 'b', 'c', 'd'))).toBe('a, b +2');
  expect(channelSummary(on(null))).toBe('no channel');
});

it('counts', () => {
  expect(seqSummary(delivery({ first_seq: 7, last_seq: 7 }))).toBe('7');
  expect(seqSummary(delivery({ first_seq: 7, last_seq: 9 }))).toBe('7–9');
  expect(attemptSummary(delivery({ attempts: 1 }))).toBe('1 attempt');
  expect(attemptSummary(delivery({ attempts: 3, replays: 2 }))).toBe('3 attempts · 2 replays');
});
