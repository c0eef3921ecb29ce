/** One line of the stream, as the server describes it. Payloads are never part of it. */
export type Activity = { at: number } & (
  | { kind: 'connected'; socket_id: string; client: string | null; transport: string | null }
  | { kind: 'disconnected'; socket_id: string }
  | { kind: 'subscribed'; socket_id: string; channel: string }
  | { kind: 'unsubscribed'; socket_id: string; channel: string }
  | { kind: 'event'; channel: string; name: string; source: string; subscribers: number }
  | { kind: 'refused'; socket_id: string | null; message: string }
);

/** How much of the last second was sent here. */
export interface Sample {
  shown: number;
  of: number;
}

export interface Snapshot {
  connections: number;
  channels: number;
}

type Fields = Record<string, unknown>;

/**
 * Reads a message of the stream. A newer server may send kinds this page does
 * not know; those yield null and are left out rather than breaking the page.
 */
export function parseActivity(data: string): Activity | null {
  const fields = parseObject(data);
  if (fields === null || typeof fields.at !== 'number') return null;
  const { at } = fields;
  const socket_id = text(fields.socket_id);
  const channel = text(fields.channel);
  switch (fields.kind) {
    case 'connected': {
      if (socket_id === null) return null;
      return { at, kind: fields.kind, socket_id, client: text(fields.client), transport: text(fields.transport) };
    }
    case 'disconnected':
      return socket_id === null ? null : { at, kind: fields.kind, socket_id };
    case 'subscribed':
    case 'unsubscribed':
      return socket_id === null || channel === null ? null : { at, kind: fields.kind, socket_id, channel };
    case 'event': {
      const name = text(fields.name);
      if (channel === null || name === null) return null;
      const subscribers = number(fields.subscribers) ?? 0;
      return { at, kind: fields.kind, channel, name, source: text(fields.source) ?? 'api', subscribers };
    }
    case 'refused':
      return { at, kind: fields.kind, socket_id, message: text(fields.message) ?? 'No reason given.' };
    default:
      return null;
  }
}

export function parseSnapshot(data: string): Snapshot | null {
  const fields = parseObject(data);
  const connections = number(fields?.connections);
  const channels = number(fields?.channels);
  return connections === null || channels === null ? null : { connections, channels };
}

export function parseSampled(data: string): Sample | null {
  const fields = parseObject(data);
  const shown = number(fields?.shown);
  const of = number(fields?.of);
  return shown === null || of === null ? null : { shown, of };
}

function parseObject(data: string): Fields | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null;
  }
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const number = (value: unknown) => (typeof value === 'number' ? value : null);
