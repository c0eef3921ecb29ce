import { describe, expect, it, vi } from 'vitest';
import { stubApi } from '../test-server';
import { address, request } from './request';

describe('request', () => {
  it('sends JSON with unsafe methods, an empty object when there is nothing to say', async () => {
    const calls = stubApi({ 'POST /api/v1/logout': { status: 204 }, 'DELETE /api/v1/apps/1': { status: 204 } });
    await request('POST', '/logout');
    await request('DELETE', '/apps/{app_id}', { path: { app_id: '1' } });
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

describe('address', () => {
  it('escapes each name in the path', () => {
    const path = { app_id: 'a/../b?c', channel: 'private-ü' };
    expect(address('/apps/{app_id}/channels/{channel}', { path })).toBe(
      '/api/v1/apps/a%2F..%2Fb%3Fc/channels/private-%C3%BC',
    );
  });

  it('leaves out parameters that are empty', () => {
    expect(address('/audit', { query: { action: 'app', actor: '', cursor: undefined, limit: 5 } })).toBe(
      '/api/v1/audit?action=app&limit=5',
    );
    expect(address('/audit', { query: {} })).toBe('/api/v1/audit');
  });
});

/** Never run: the compiler is the test, and an error that is not there is one. */
export function whatTheDocumentDoesNotHave() {
  // @ts-expect-error no such path
  void request('GET', '/ap');
  // @ts-expect-error no such method there
  void request('PATCH', '/apps');
  // @ts-expect-error the app is not named
  void request('GET', '/apps/{app_id}');
  // @ts-expect-error named otherwise
  void request('GET', '/apps/{app_id}', { path: { appId: '1' } });
  // @ts-expect-error no such parameter
  void request('GET', '/audit', { query: { who: 'me' } });
  // @ts-expect-error a body is missing
  void request('POST', '/apps');
  // @ts-expect-error no such member
  void request('POST', '/apps', { body: { name: 'Shop', colour: 'red' } });
  // @ts-expect-error no such role
  void request('POST', '/invitations', { body: { email: 'ada@example.com', role: 'king' } });
  // @ts-expect-error no such member of the answer
  void request('GET', '/apps').then(({ app }) => app);
}
