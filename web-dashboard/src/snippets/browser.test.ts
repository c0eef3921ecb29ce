import { describe, expect, it } from 'vitest';
import { browserSnippets } from './browser';

const plain = { key: 'a1b2c3', host: 'localhost', port: 6001, tls: false };
const secure = { key: 'a1b2c3', host: 'rt.example.com', port: 443, tls: true };

interface Seen {
  key: string;
  options: Record<string, unknown>;
  channels: string[];
  events: string[];
}

/** Runs the module for real against a client that only takes notes. */
function run(code: string): Seen {
  const seen: Seen = { key: '', options: {}, channels: [], events: [] };
  class Pusher {
    connection = { bind: () => undefined };
    constructor(key: string, options: Record<string, unknown>) {
      Object.assign(seen, { key, options });
    }
    subscribe(channel: string) {
      seen.channels.push(channel);
      return { bind: (event: string) => seen.events.push(event) };
    }
  }
  new Function('Pusher', code.replace(/^import .*$/m, ''))(Pusher);
  return seen;
}

const page = (connection: typeof plain) => browserSnippets(connection)[0]?.code ?? '';
const module = (connection: typeof plain) => browserSnippets(connection)[1]?.code ?? '';

function pageScript(connection: typeof plain): string {
  const document = new DOMParser().parseFromString(page(connection), 'text/html');
  return document.querySelector('body script')?.textContent ?? '';
}

describe('browser snippets', () => {
  it.each([
    ['the page', pageScript],
    ['the module', module],
  ])('%s connects to the given host and port without TLS', (_name, code) => {
    const { key, options } = run(code(plain));
    expect(key).toBe('a1b2c3');
    expect(options).toEqual({
      cluster: 'main',
      wsHost: 'localhost',
      wsPort: 6001,
      wssPort: 6001,
      httpHost: 'localhost',
      httpPort: 6001,
      httpsPort: 6001,
      forceTLS: false,
    });
  });

  it('forces TLS for an https origin', () => {
    expect(run(module(secure)).options).toMatchObject({ wsHost: 'rt.example.com', wssPort: 443, forceTLS: true });
  });

  it('subscribes and binds', () => {
    const { channels, events } = run(pageScript(plain));
    expect(channels).toEqual(['my-channel']);
    expect(events).toContain('my-event');
  });

  it('is one whole document that loads the client first', () => {
    const document = new DOMParser().parseFromString(page(plain), 'text/html');
    expect(page(plain)).toMatch(/^<!doctype html>/);
    expect([...document.querySelectorAll('script')].map((script) => script.src)).toEqual([
      'https://js.pusher.com/8.4/pusher.min.js',
      '',
    ]);
  });

  it('lets no value end the script or its literal', () => {
    const nasty = { ...plain, key: `</script><b>'\\` };
    expect(run(pageScript(nasty)).key).toBe(nasty.key);
    expect(run(module(nasty)).key).toBe(nasty.key);
  });
});
