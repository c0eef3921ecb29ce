import { CHANNEL } from '../snippets/connection';
import type { Activity, Sample, Snapshot } from './activity';

export const FEED_LIMIT = 100;

export type StreamState = 'connecting' | 'live' | 'reconnecting';

export type FeedItem = Activity | ({ kind: 'sampled'; at: number } & Sample);

export interface FeedEntry {
  id: number;
  item: FeedItem;
}

export interface LiveState {
  stream: StreamState;
  /** Null until the server has said how many are open. */
  connections: number | null;
  checklist: { connected: boolean; subscribed: boolean; received: boolean };
  /** Newest first. */
  feed: FeedEntry[];
  nextId: number;
}

export type LiveAction =
  | { type: 'opened' }
  | { type: 'dropped' }
  | { type: 'snapshot'; snapshot: Snapshot }
  /** Oldest first, as they came. */
  | { type: 'activity'; items: FeedItem[] };

export const initialLiveState: LiveState = {
  stream: 'connecting',
  connections: null,
  checklist: { connected: false, subscribed: false, received: false },
  feed: [],
  nextId: 1,
};

export function liveReducer(state: LiveState, action: LiveAction): LiveState {
  switch (action.type) {
    case 'opened':
      return { ...state, stream: 'live' };
    case 'dropped':
      return { ...state, stream: 'reconnecting' };
    case 'snapshot': {
      const { connections } = action.snapshot;
      // Somebody who connected before this page was opened counts as well.
      const connected = state.checklist.connected || connections > 0;
      return { ...state, connections, checklist: { ...state.checklist, connected } };
    }
    case 'activity':
      return action.items.reduce(addItem, state);
  }
}

function addItem(state: LiveState, item: FeedItem): LiveState {
  // Told every second for as long as it is so: the last one says it for those before.
  const isRepeated = item.kind === 'sampled' && state.feed[0]?.item.kind === 'sampled';
  const earlier = isRepeated ? state.feed.slice(1) : state.feed;
  return {
    ...state,
    connections: countConnections(state.connections, item),
    checklist: tick(state.checklist, item),
    feed: [{ id: state.nextId, item }, ...earlier].slice(0, FEED_LIMIT),
    nextId: state.nextId + 1,
  };
}

function countConnections(connections: number | null, item: FeedItem): number | null {
  if (connections === null) return null;
  if (item.kind === 'connected') return connections + 1;
  if (item.kind === 'disconnected') return Math.max(0, connections - 1);
  return connections;
}

/** A step once done stays done: it says "this has worked", not "this is so now". */
function tick(checklist: LiveState['checklist'], item: FeedItem): LiveState['checklist'] {
  if (item.kind === 'connected') return { ...checklist, connected: true };
  if (item.kind === 'subscribed' && item.channel === CHANNEL) return { ...checklist, subscribed: true };
  if (item.kind === 'event' && item.subscribers > 0) return { ...checklist, received: true };
  return checklist;
}
