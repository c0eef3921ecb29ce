import { describe, expect, it } from 'vitest';
import { authorizeSnippets } from './authorize';
import type { Connection } from './connection';
import { serverSnippets } from './server';

const plain: Connection = { appId: '4821907', key: 'KEY1', secret: 'SECRET1', host: 'localhost', port: 6001, tls: false };
const secure: Connection = { ...plain, host: 'rt.example.com', port: 443, tls: true };

function code(id: string, connection: Connection): string {
  const found = [...serverSnippets(connection), ...authorizeSnippets(connection)].find((snippet) => snippet.id === id);
  if (found === undefined) throw new Error(`No snippet ${id}`);
  return found.code;
}

/** Runs the Node file with a stand-in for its one dependency. */
function runNode(connection: Connection) {
  const seen: { options?: unknown; sent?: unknown[] } = {};
  class Pusher {
    constructor(options: unknown) {
      seen.options = options;
    }
    trigger(...sent: unknown[]) {
      seen.sent = sent;
      return new Promise(() => undefined);
    }
  }
  new Function('require', 'process', code('node', connection))(() => Pusher, {});
  return seen;
}

describe('server snippets', () => {
  it('node: fills every option and sends the event', () => {
    expect(runNode(plain)).toEqual({
      options: { appId: '4821907', key: 'KEY1', secret: 'SECRET1', host: 'localhost', port: 6001, useTLS: false },
      sent: ['my-channel', 'my-event', { message: 'hello world' }],
    });
    expect(runNode(secure).options).toMatchObject({ host: 'rt.example.com', port: 443, useTLS: true });
  });

  it.each(['node', 'python', 'php', 'ruby', 'go', 'env', 'express', 'flask'])('%s: has id, key, secret and host', (id) => {
    const text = code(id, plain);
    for (const value of ['4821907', 'KEY1', 'SECRET1', 'localhost', '6001']) expect(text).toContain(value);
  });

  it.each([
    ['python', 'ssl=False', 'ssl=True'],
    ['flask', 'ssl=False', 'ssl=True'],
    ['php', "'scheme' => 'http',", "'scheme' => 'https',"],
    ['ruby', 'use_tls: false', 'use_tls: true'],
    ['go', 'Secure: false', 'Secure: true'],
    ['env', 'PUSHER_SCHEME=http\n', 'PUSHER_SCHEME=https\n'],
    ['express', 'useTLS: false', 'useTLS: true'],
  ])('%s: follows the scheme', (id, without, withTls) => {
    expect(code(id, plain)).toContain(without);
    expect(code(id, secure)).toContain(withTls);
  });

  it('go: the port is part of the host', () => {
    expect(code('go', plain)).toContain('"localhost:6001"');
  });

  it('go: is indented with tabs, as gofmt wants it', () => {
    expect(code('go', plain)).not.toMatch(/^ /m);
  });

  it('env: has exactly the seven names', () => {
    const names = code('env', plain).trim().split('\n').map((line) => line.split('=')[0]);
    expect(names).toEqual([
      'PUSHER_APP_ID',
      'PUSHER_APP_KEY',
      'PUSHER_APP_SECRET',
      'PUSHER_HOST',
      'PUSHER_PORT',
      'PUSHER_SCHEME',
      'PUSHER_APP_CLUSTER',
    ]);
  });

  it('the secret stays out of code for the browser', () => {
    expect(code('browser', plain)).not.toContain('SECRET1');
    expect(code('browser', plain)).toContain("endpoint: '/pusher/auth'");
  });
});
