import type { NumberSetting } from '../api/types';
import { formatNumber } from '../format/count';
import { RANGES } from './ranges';

interface Limit {
  name: NumberSetting;
  label: string;
  meaning: string;
  unit: string;
  /** For those to change who may change limits, as all quotas are. */
  isManaged?: boolean;
}

export const LIMITS: readonly Limit[] = [
  {
    name: 'max_event_bytes',
    label: 'Event size',
    meaning: 'Largest data of one event.',
    unit: 'bytes',
    isManaged: true,
  },
  {
    name: 'max_batch_events',
    label: 'Events per batch',
    meaning: 'Most events in one batch from your server.',
    unit: 'events',
  },
  {
    name: 'max_presence_members',
    label: 'Presence members',
    meaning: 'Most different users in one presence channel.',
    unit: 'users',
    isManaged: true,
  },
  {
    name: 'max_channel_name_bytes',
    label: 'Channel name',
    meaning: 'Longest channel name, prefix included.',
    unit: 'bytes',
  },
  {
    name: 'max_client_events_per_second',
    label: 'Client events',
    meaning: 'Most that one connection may send.',
    unit: 'per second',
  },
];

export const QUOTAS: readonly Limit[] = [
  {
    name: 'max_connections',
    label: 'Connections',
    meaning: 'Most open at once; further ones are refused.',
    unit: 'connections',
  },
  {
    name: 'max_messages_per_day',
    label: 'Messages per day',
    meaning: 'API calls and deliveries per UTC day; further API calls are refused.',
    unit: 'messages',
  },
  {
    name: 'max_messages_per_second',
    label: 'Messages per second',
    meaning: 'Published by servers and clients, on average; further ones are refused.',
    unit: 'per second',
  },
  {
    name: 'max_webhook_endpoints',
    label: 'Webhook endpoints',
    meaning: 'Most that may be added: 20 at most.',
    unit: 'endpoints',
  },
];

/** "1 to 100 events". */
export function rangeText(name: NumberSetting, unit: string): string {
  const { least, most } = RANGES[name];
  return `${formatNumber(least)} to ${formatNumber(most)} ${unit}`;
}
