import { formatNumber } from '../format/count';

interface LimitName {
  label: string;
  unit: string;
  /** How an exhausted limit has room again. */
  ends: string;
}

const NAMES: Record<string, LimitName> = {
  max_connections: {
    label: 'Connections',
    unit: 'open at once',
    ends: 'There is room again as soon as connections close.',
  },
  max_messages_per_day: { label: 'Messages per day', unit: 'per UTC day', ends: 'Counting starts again at midnight UTC.' },
  max_messages_per_second: { label: 'Messages per second', unit: 'per second', ends: 'There is room again a second later.' },
  max_presence_members: { label: 'Presence members', unit: 'per channel', ends: 'There is room again when members leave.' },
  max_event_bytes: { label: 'Event size', unit: 'bytes per event', ends: 'Smaller events are taken.' },
  max_webhook_endpoints: {
    label: 'Webhook endpoints',
    unit: 'endpoints',
    ends: 'There is room again when an endpoint is deleted.',
  },
};

/** A limit in words; of one this page does not know, its name. */
export const limitName = (name: string): LimitName => NAMES[name] ?? { label: name, unit: '', ends: '' };

/** "100 open at once", "no limit". */
export function mostText(name: string, most: number | null): string {
  return most === null ? 'no limit' : `${formatNumber(most)} ${limitName(name).unit}`.trim();
}
