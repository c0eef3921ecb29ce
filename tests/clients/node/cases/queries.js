import assert from 'node:assert/strict';
import { test } from 'node:test';
import { server } from '../app-server.js';
import { connect, subscribe } from '../browser.js';

const get = async (path, params) => (await server.get({ path, params })).json();

test('occupied channels are listed, with their users where asked', async () => {
  const [ann, ben] = await Promise.all([connect({ user: 'ann' }), connect({ user: 'ben' })]);
  await Promise.all([subscribe(ann, 'presence-q-1'), subscribe(ben, 'presence-q-1'), subscribe(ann, 'q-public')]);
  const all = await get('/channels', {});
  assert.deepEqual([all.channels['presence-q-1'], all.channels['q-public']], [{}, {}]);
  const counted = await get('/channels', { filter_by_prefix: 'presence-q-', info: 'user_count' });
  assert.deepEqual(counted, { channels: { 'presence-q-1': { user_count: 2 } } });
});

test('one channel is described', async () => {
  const client = await connect({ user: 'cleo' });
  await subscribe(client, 'presence-q-2');
  assert.deepEqual(await get('/channels/presence-q-2', { info: 'user_count' }), { occupied: true, user_count: 1 });
  assert.deepEqual(await get('/channels/nobody-here', {}), { occupied: false });
  await assert.rejects(server.get({ path: '/channels/q-public', params: { info: 'user_count' } }), { status: 400 });
});

test('the users of a presence channel are listed once each', async () => {
  const [dan, again] = await Promise.all([connect({ user: 'dan' }), connect({ user: 'dan' })]);
  await Promise.all([subscribe(dan, 'presence-q-3'), subscribe(again, 'presence-q-3')]);
  assert.deepEqual(await get('/channels/presence-q-3/users', {}), { users: [{ id: 'dan' }] });
  await assert.rejects(server.get({ path: '/channels/q-public/users' }), { status: 400 });
});
