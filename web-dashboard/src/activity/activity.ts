import type { Schemas } from '../api/operations';

export const ACTIVITY_KINDS = [
  'connected',
  'disconnected',
  'signed_in',
  'subscribed',
  'unsubscribed',
  'member_added',
  'member_removed',
  'event',
  'refused',
  'webhook_sent',
  'webhook_failed',
  'api_refused',
] as const satisfies ActivityKind[];

/** Something that happened in an app, as the server tells it; its kind says which of the fields there are. */
export type Activity = Schemas['ActivityReply'];
export type ActivityKind = Activity['kind'];
/** How things stood when the stream began. */
export type Snapshot = Schemas['Snapshot'];

/** Reads a message of the stream. What a newer server says and this page does not know is left out. */
export function parseActivity(data: string): Activity | null {
  const value = parse<Activity>(data);
  return value !== null && typeof value.at === 'number' && ACTIVITY_KINDS.includes(value.kind) ? value : null;
}

export function parseSnapshot(data: string): Snapshot | null {
  const value = parse<Snapshot>(data);
  return value !== null && typeof value.connections === 'number' ? value : null;
}

export function parseSampled(data: string): { shown: number; of: number } | null {
  const value = parse<{ shown: number; of: number }>(data);
  return value !== null && typeof value.of === 'number' ? value : null;
}

function parse<T>(data: string): T | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as T) : null;
  } catch {
    return null;
  }
}
