import { count } from '../format/count';
import type { Activity, ActivityKind } from './activity';
import { transportName } from './transports';

export type Tone = 'good' | 'plain' | 'bad';

export const KIND_LABELS: Record<ActivityKind, string> = {
  connected: 'Connected',
  disconnected: 'Disconnected',
  signed_in: 'Signed in',
  subscribed: 'Subscribed',
  unsubscribed: 'Unsubscribed',
  member_added: 'Member added',
  member_removed: 'Member removed',
  event: 'Event',
  refused: 'Refused',
  webhook_sent: 'Webhook sent',
  webhook_failed: 'Webhook failed',
  api_refused: 'Request refused',
};

const SOURCES: Record<string, string> = {
  api: 'from a server',
  client: 'from a client',
  dashboard: 'from the dashboard',
};

const BAD: readonly ActivityKind[] = ['refused', 'webhook_failed', 'api_refused'];
const PLAIN: readonly ActivityKind[] = ['disconnected', 'unsubscribed', 'member_removed'];

export function toneOf({ kind, subscribers }: Activity): Tone {
  if (BAD.includes(kind)) return 'bad';
  return PLAIN.includes(kind) || (kind === 'event' && subscribers === 0) ? 'plain' : 'good';
}

/** What it is about, in one line: shown as text, never as markup. */
export function subjectOf(activity: Activity): string {
  const { kind, channel, name, user_id, socket_id } = activity;
  switch (kind) {
    case 'event':
      return `${name ?? ''} on ${channel ?? ''}`;
    case 'refused':
      return activity.message ?? '';
    case 'api_refused':
      return `${activity.request ?? ''}: ${activity.message ?? ''}`;
    case 'webhook_sent':
      return `answered ${activity.status ?? ''}`;
    case 'webhook_failed':
      return activity.error ?? '';
    case 'member_added':
    case 'member_removed':
      return `${user_id ?? ''} in ${channel ?? ''}`;
    case 'signed_in':
      return `as ${user_id ?? ''}`;
    case 'connected':
      return [activity.client ?? 'unnamed client', `by ${transportName(activity.transport ?? '')}`].join(', ');
    case 'disconnected':
      return activity.reason ?? 'the client left';
    case 'subscribed':
    case 'unsubscribed':
      return channel ?? socket_id ?? '';
  }
}

/** Who did it, or what came of it: the end of the line. */
export function outcomeOf(activity: Activity): string {
  const { kind, socket_id, channel, status, source, subscribers } = activity;
  const socket = socket_id === undefined ? '' : `socket ${socket_id}`;
  switch (kind) {
    case 'event':
      return `${SOURCES[source ?? ''] ?? source ?? ''}, reached ${count(subscribers ?? 0, 'subscriber')}`;
    case 'refused':
      return [channel, socket].filter(Boolean).join(', ');
    case 'api_refused':
      return `answered ${status ?? ''}`;
    case 'webhook_sent':
    case 'webhook_failed':
      return activity.delivery_id ?? '';
    default:
      return socket;
  }
}
