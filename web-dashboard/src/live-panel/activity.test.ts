import { describe as group, expect, it } from 'vitest';
import { parseActivity, parseSampled, parseSnapshot } from './activity';
import { describe } from './describe';

const parse = (value: unknown) => parseActivity(JSON.stringify(value));

group('parseActivity', () => {
  it('reads every kind', () => {
    const lines = [
      { at: 1, kind: 'connected', socket_id: '1.1', client: 'js 8.6.0', transport: 'websocket' },
      { at: 1, kind: 'disconnected', socket_id: '1.1' },
      { at: 1, kind: 'subscribed', socket_id: '1.1', channel: 'c' },
      { at: 1, kind: 'unsubscribed', socket_id: '1.1', channel: 'c' },
      { at: 1, kind: 'event', channel: 'c', name: 'e', source: 'client', subscribers: 2 },
      { at: 1, kind: 'refused', socket_id: null, message: 'No.' },
    ];
    expect(lines.map(parse)).toEqual(lines);
  });

  it('leaves out what it does not know', () => {
    expect(parse({ at: 1, kind: 'brand_new' })).toBeNull();
    expect(parse({ at: 1, kind: 'subscribed', socket_id: '1.1' })).toBeNull();
    expect(parse({ kind: 'disconnected', socket_id: '1.1' })).toBeNull();
    expect(parseActivity('not json')).toBeNull();
    expect(parseActivity('null')).toBeNull();
  });
});

group('parseSnapshot and parseSampled', () => {
  it('read numbers only', () => {
    expect(parseSnapshot('{"connections":2,"channels":1}')).toEqual({ connections: 2, channels: 1 });
    expect(parseSnapshot('{"connections":"2","channels":1}')).toBeNull();
    expect(parseSampled('{"shown":200,"of":512}')).toEqual({ shown: 200, of: 512 });
    expect(parseSampled('{}')).toBeNull();
  });
});

group('describe', () => {
  it('gives the exact reason of a refusal', () => {
    const message = 'Invalid signature: expected "1.1:private-a"';
    expect(describe({ at: 1, kind: 'refused', socket_id: '1.1', message })).toEqual({
      tone: 'bad',
      title: `Refused: ${message}`,
      detail: 'socket 1.1',
    });
  });

  it('says by which way a client is connected, in words where it knows them', () => {
    const connected = { at: 1, kind: 'connected', socket_id: '1.1', client: 'js 8.6.0' } as const;
    const detail = (transport: string | null) => describe({ ...connected, transport }).detail;
    expect(detail('websocket')).toBe('js 8.6.0, by WebSocket, socket 1.1');
    expect(detail('sockjs_websocket')).toBe('js 8.6.0, by SockJS over WebSocket, socket 1.1');
    expect(detail('xhr_streaming')).toBe('js 8.6.0, by XHR streaming, socket 1.1');
    expect(detail('sse')).toBe('js 8.6.0, by server-sent events, socket 1.1');
    expect(detail('carrier_pigeon')).toBe('js 8.6.0, by carrier_pigeon, socket 1.1');
    expect(detail(null)).toBe('js 8.6.0, socket 1.1');
  });

  it('says how many an event reached, and marks one that reached nobody', () => {
    const event = { at: 1, kind: 'event', channel: 'c', name: 'e', source: 'api' } as const;
    expect(describe({ ...event, subscribers: 1 })).toMatchObject({
      tone: 'good',
      detail: 'from your server, reached 1 subscriber',
    });
    expect(describe({ ...event, subscribers: 0 }).tone).toBe('plain');
  });
});
