import type { WebhookEventType } from '../../api/webhook-types';

/** What each event type means, for people who see the names for the first time. */
export const EVENT_TYPE_MEANINGS: Record<WebhookEventType, string> = {
  channel_occupied: 'The first subscriber joined a channel.',
  channel_vacated: 'The last subscriber left a channel.',
  member_added: 'A user joined a presence channel.',
  member_removed: 'A user left a presence channel.',
  client_event: 'A client sent an event on a private or presence channel.',
  cache_miss: 'A subscriber found an empty cache channel.',
  subscription_count: 'The number of subscribers changed; needs subscription counting.',
  connection_opened: 'A client connected; with its socket id.',
  connection_closed: 'A client went away; with the reason.',
};

/** What a new endpoint gets unless decided otherwise: not what comes often or needs a setting. */
export const DEFAULT_EVENT_TYPES: readonly WebhookEventType[] = [
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'client_event',
];

interface EventTypeGroup {
  label: string;
  explanation?: string;
  types: readonly WebhookEventType[];
}

/** Every type once. */
export const EVENT_TYPE_GROUPS: readonly EventTypeGroup[] = [
  { label: 'Channels', types: ['channel_occupied', 'channel_vacated', 'subscription_count', 'cache_miss'] },
  { label: 'Members', types: ['member_added', 'member_removed'] },
  { label: 'Clients', types: ['client_event'] },
  {
    label: 'Connections, only where chosen',
    explanation:
      'Every visit causes two of these, so no default holds them. They belong to no channel: the patterns below do not apply to them.',
    types: ['connection_opened', 'connection_closed'],
  },
];
