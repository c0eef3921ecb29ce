import { describe, expect, it, vi } from 'vitest';
import { stubApi } from '../test-server';
import { path, request } from './request';

describe('request', () => {
  it('sends JSON with unsafe methods, an empty object when there is nothing to say', async () => {
    const calls = stubApi({ 'POST /api/v1/logout': { status: 204 }, 'DELETE /api/v1/apps/1': { status: 204 } });
    await request('POST', '/logout');
    await request('DELETE', '/apps/1');
    expect(calls).toEqual([
      { method: 'POST', path: '/api/v1/logout', body: {}, contentType: 'application/json' },
      { method: 'DELETE', path: '/api/v1/apps/1', body: undefined, contentType: 'application/json' },
    ]);
  });

  it('turns a failed connection into an error with a sentence', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    await expect(request('GET', '/me')).rejects.toMatchObject({ code: 'network', status: 0 });
  });

  it('survives an error page that is not JSON', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502 })));
    await expect(request('GET', '/me')).rejects.toMatchObject({ status: 502, code: 'unknown' });
  });
});

describe('path', () => {
  it('escapes each segment', () => {
    expect(path('apps', 'a/../b?c', 'keys')).toBe('/apps/a%2F..%2Fb%3Fc/keys');
  });
});
