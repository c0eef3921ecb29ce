import { transportName } from '../activity/transports';
import { count, formatNumber } from '../format/count';
import type { FeedItem } from './live-state';

export type Tone = 'good' | 'plain' | 'bad' | 'warn';

export interface Description {
  tone: Tone;
  title: string;
  detail: string | null;
}

const SOURCES: Record<string, string> = {
  api: 'from your server',
  client: 'from a client',
  dashboard: 'from this dashboard',
};

/** Puts a feed item into words. The result is shown as text, never as markup. */
export function describe(item: FeedItem): Description {
  switch (item.kind) {
    case 'connected':
      return { tone: 'good', title: 'Connected', detail: join(item.client, transport(item.transport), `socket ${item.socket_id}`) };
    case 'disconnected':
      return { tone: 'plain', title: 'Disconnected', detail: `socket ${item.socket_id}` };
    case 'subscribed':
      return { tone: 'good', title: `Subscribed to ${item.channel}`, detail: `socket ${item.socket_id}` };
    case 'unsubscribed':
      return { tone: 'plain', title: `Unsubscribed from ${item.channel}`, detail: `socket ${item.socket_id}` };
    case 'event':
      return {
        tone: item.subscribers > 0 ? 'good' : 'plain',
        title: `${item.name} on ${item.channel}`,
        detail: join(SOURCES[item.source] ?? item.source, `reached ${count(item.subscribers, 'subscriber')}`),
      };
    case 'refused':
      return {
        tone: 'bad',
        title: `Refused: ${item.message}`,
        detail: item.socket_id === null ? null : `socket ${item.socket_id}`,
      };
    case 'sampled':
      return {
        tone: 'warn',
        title: `Sampled: ${formatNumber(item.shown)} of ${formatNumber(item.of)} in the last second`,
        detail: 'There is more activity than this page could follow.',
      };
  }
}

const transport = (name: string | null) => (name === null ? null : `by ${transportName(name)}`);

const join = (...parts: (string | null)[]) => parts.filter((part) => part !== null).join(', ');
