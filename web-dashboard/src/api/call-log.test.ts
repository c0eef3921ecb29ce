import { QueryClient } from '@tanstack/react-query';
import secrets from 'virtual:api-secrets';
import { describe, expect, it } from 'vitest';
import { stubApi } from '../test-server';
import { changePassword, lookAtInvitation } from './account';
import { testAuthEndpoint } from './auth-tester';
import { callsAside, callsOf, forgetCalls, lastChange, recordCall, recordFor } from './call-log';
import { createQueryClient } from './query-client';
import { address, request } from './request';

const names = (client: QueryClient) =>
  client.getQueryCache().getAll().flatMap(callsOf).map(({ method, url }) => `${method} ${url}`);

describe('the calls of a query', () => {
  it('are those that it begins with, and asking again takes their place', async () => {
    stubApi({ 'GET /api/v1/audit?limit=1': { body: {} }, 'GET /api/v1/audit?limit=2': { body: {} } });
    const client = createQueryClient();
    let limit = 1;
    const ask = () =>
      client.fetchQuery({ queryKey: ['audit'], staleTime: 0, queryFn: () => request('GET', '/audit', { query: { limit } }) });
    await ask();
    limit = 2;
    await ask();
    expect(names(client)).toEqual(['GET /api/v1/audit?limit=2']);
  });

  it('are nobody else\u2019s, also when the query fails at once', () => {
    const query = {};
    expect(() =>
      recordFor(query, () => {
        throw new Error('refused');
      }),
    ).toThrow();
    recordCall({ method: 'GET', path: '/api/v1/limits', url: '/api/v1/limits' });
    expect(callsOf(query)).toEqual([]);
    expect(callsAside().map(({ url }) => url)).toContain('/api/v1/limits');
  });
});

it('keeps the last address of a stream, which no query asks for', () => {
  address('/apps/{app_id}/live', { path: { app_id: '1' }, query: { channel: 'a' } });
  address('/apps/{app_id}/live', { path: { app_id: '1' }, query: { channel: 'b' } });
  const streams = callsAside().filter(({ path }) => path.endsWith('/live'));
  expect(streams.map(({ url }) => url)).toEqual(['/api/v1/apps/1/live?channel=b']);
});

it('forgets what one person did', async () => {
  stubApi({ 'POST /api/v1/me/password': { status: 204 } });
  await changePassword({ old_password: 'correct horse', password: 'battery staple' });
  address('/apps/{app_id}/live', { path: { app_id: '1' } });
  forgetCalls();
  expect(lastChange()).toBeUndefined();
  expect(callsAside()).toEqual([]);
});

describe('what is secret', () => {
  it('is never kept', async () => {
    stubApi({ 'POST /api/v1/me/password': { status: 204 } });
    await changePassword({ old_password: 'correct horse', password: 'battery staple' });
    expect(lastChange()?.body).toEqual({ old_password: '<hidden>', password: '<hidden>' });
  });

  it('is never kept of what a query asks either', async () => {
    stubApi({ 'POST /api/v1/invitations/look': { body: {} } });
    const client = createQueryClient();
    await client.fetchQuery({ queryKey: ['invited'], queryFn: () => lookAtInvitation('a1b2') });
    const bodies = client.getQueryCache().getAll().flatMap(callsOf).map(({ body }) => body);
    expect(bodies).toEqual([{ token: '<hidden>' }]);
  });

  it('is a header\u2019s value, not its name', async () => {
    const path = '/api/v1/apps/1/auth-endpoint-test';
    stubApi({ [`POST ${path}`]: { body: {} } });
    await testAuthEndpoint('1', { url: 'https://x.test', channel: 'private-a', headers: { Authorization: 'Bearer s' } });
    expect(lastChange()?.body).toEqual({
      url: 'https://x.test',
      channel: 'private-a',
      headers: { Authorization: '<hidden>' },
    });
  });

  it('is known from the document', () => {
    expect(secrets['POST /api/v1/signup']).toEqual(['password']);
    expect(secrets['POST /api/v1/login/second-factor']).toEqual(['challenge', 'code']);
    expect(secrets['PATCH /api/v1/apps/{app_id}/webhooks/{webhook_id}']).toEqual(['headers']);
    expect(secrets['POST /api/v1/apps']).toBeUndefined();
  });
});
