import assert from 'node:assert/strict';
import { test } from 'node:test';
import PusherJs from 'pusher-js';
import { server } from '../app-server.js';
import { connect, subscribe } from '../browser.js';
import { environment } from '../../shared/environment.js';
import { Waiting } from '../../shared/waiting.js';

test('a private channel opens to whom the tenant lets in', async () => {
  const client = await connect();
  const { next } = await subscribe(client, 'private-orders');
  await server.trigger('private-orders', 'paid', { order: 7 });
  assert.deepEqual(await next('the event'), { order: 7 });
});

test('a refusal of the tenant reaches the client as an error', async () => {
  const client = await connect();
  await assert.rejects(subscribe(client, 'private-forbidden'), { status: 403 });
});

test('a wrong signature opens nothing and the connection stays', async () => {
  const client = await connect({
    channelAuthorization: {
      customHandler: (_, callback) => callback(null, { auth: `${environment.key}:${'0'.repeat(64)}` }),
    },
  });
  const errors = new Waiting();
  client.connection.bind('error', (error) => errors.push(error));
  const intruder = client.subscribe('private-orders');
  intruder.bind('pusher:subscription_error', (error) => errors.push(error));
  intruder.bind('stolen', () => errors.push({ stolen: true }));
  await errors.next('the error');
  const fence = await subscribe(client, 'fence-of-the-intruder');
  await server.trigger(['private-orders', 'fence-of-the-intruder'], 'stolen', 'secret');
  assert.equal(await fence.next('the fence'), 'secret');
  assert.deepEqual(errors.left.filter((it) => it.stolen), []);
});

test('a key that opens no app is refused in words', async () => {
  const { host, port } = environment;
  const lost = new PusherJs('no-such-key', { cluster: 'main', wsHost: host, wsPort: port, forceTLS: false, enabledTransports: ['ws'] });
  const errors = new Waiting();
  lost.connection.bind('error', (error) => errors.push(error));
  const { error } = await errors.next('the refusal');
  assert.equal(error.data.code, 4001);
  lost.disconnect();
});

