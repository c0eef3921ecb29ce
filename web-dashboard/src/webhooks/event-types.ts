import type { WebhookEventType } from '../api/types';

/** What each event type means, for people who see the names for the first time. */
export const EVENT_TYPE_MEANINGS: Record<WebhookEventType, string> = {
  channel_occupied: 'The first subscriber joined a channel.',
  channel_vacated: 'The last subscriber left a channel.',
  member_added: 'A user joined a presence channel.',
  member_removed: 'A user left a presence channel.',
  client_event: 'A client sent an event on a private or presence channel.',
};
