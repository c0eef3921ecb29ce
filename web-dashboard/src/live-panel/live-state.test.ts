import { describe, expect, it } from 'vitest';
import { FEED_LIMIT, initialLiveState, liveReducer, type FeedItem, type LiveAction } from './live-state';

const after = (...actions: LiveAction[]) => actions.reduce(liveReducer, initialLiveState);
const activity = (...items: FeedItem[]): LiveAction => ({ type: 'activity', items });
const snapshot = (connections: number): LiveAction => ({ type: 'snapshot', snapshot: { connections, channels: 0 } });

const connected: FeedItem = { at: 1, kind: 'connected', socket_id: '1.1', client: null, transport: null };
const disconnected: FeedItem = { at: 2, kind: 'disconnected', socket_id: '1.1' };
const subscribed = (channel: string): FeedItem => ({ at: 3, kind: 'subscribed', socket_id: '1.1', channel });
const event = (subscribers: number): FeedItem => ({
  at: 4,
  kind: 'event',
  channel: 'my-channel',
  name: 'my-event',
  source: 'api',
  subscribers,
});

describe('checklist', () => {
  it('starts with nothing done', () => {
    expect(after(snapshot(0)).checklist).toEqual({ connected: false, subscribed: false, received: false });
  });

  it('ticks each step by its own activity only', () => {
    expect(after(activity(connected)).checklist).toEqual({ connected: true, subscribed: false, received: false });
    expect(after(activity(subscribed('my-channel'))).checklist.subscribed).toBe(true);
    expect(after(activity(event(1))).checklist.received).toBe(true);
  });

  it('ignores other channels and events that reached nobody', () => {
    expect(after(activity(subscribed('other'))).checklist.subscribed).toBe(false);
    expect(after(activity(event(0))).checklist.received).toBe(false);
  });

  it('counts somebody who was there before the page', () => {
    expect(after(snapshot(1)).checklist.connected).toBe(true);
  });

  it('keeps a step done', () => {
    expect(after(activity(connected, disconnected), snapshot(0)).checklist.connected).toBe(true);
  });
});

describe('connections', () => {
  it('are unknown until the server says', () => {
    expect(after(activity(connected)).connections).toBeNull();
  });

  it('follow the activity from there and never fall below zero', () => {
    expect(after(snapshot(2), activity(connected, connected, disconnected)).connections).toBe(3);
    expect(after(snapshot(0), activity(disconnected)).connections).toBe(0);
  });

  it('are corrected by the next snapshot', () => {
    expect(after(snapshot(2), activity(connected), snapshot(7)).connections).toBe(7);
  });
});

describe('feed', () => {
  it('is newest first', () => {
    const { feed } = after(activity(connected, subscribed('a')), activity(event(1)));
    expect(feed.map(({ item }) => item.kind)).toEqual(['event', 'subscribed', 'connected']);
  });

  it('keeps the last hundred, each with an id of its own', () => {
    const { feed } = after(activity(...Array.from({ length: FEED_LIMIT + 20 }, () => connected)));
    expect(feed).toHaveLength(100);
    expect(feed[0]?.id).toBe(120);
    expect(new Set(feed.map(({ id }) => id)).size).toBe(100);
  });
});

it('says once that it was sampled, however long it is', () => {
  const sampled = (of: number): FeedItem => ({ at: 5, kind: 'sampled', shown: 200, of });
  const { feed } = after(activity(connected, sampled(300), sampled(400)));
  expect(feed.map(({ item }) => item)).toEqual([sampled(400), connected]);
});

describe('stream', () => {
  it('shows its state and keeps the feed across a break', () => {
    const broken = after({ type: 'opened' }, activity(connected), { type: 'dropped' });
    expect(broken.stream).toBe('reconnecting');
    expect(broken.feed).toHaveLength(1);
    expect(liveReducer(broken, { type: 'opened' }).stream).toBe('live');
  });
});
