import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appServer } from '../app-server.js';
import { connect, subscribe } from '../browser.js';

/** The next webhook of that kind about that channel. */
const told = (name, channel) =>
  appServer.webhookEvents.next(`${name} of ${channel}`, (event) => event.name === name && event.channel === channel);

test('a channel is told to be occupied and vacated', async () => {
  const client = await connect();
  await subscribe(client, 'hooked');
  await told('channel_occupied', 'hooked');
  client.unsubscribe('hooked');
  await told('channel_vacated', 'hooked');
});

test('members are told to be added and removed', async () => {
  const client = await connect({ user: 'hana' });
  await subscribe(client, 'presence-hooked');
  assert.equal((await told('member_added', 'presence-hooked')).user_id, 'hana');
  client.disconnect();
  assert.equal((await told('member_removed', 'presence-hooked')).user_id, 'hana');
});

test('a client event is told with its data and its sender', async () => {
  const client = await connect({ user: 'ivo' });
  const { channel } = await subscribe(client, 'presence-hooked-typing');
  channel.trigger('client-typing', { fast: true });
  const event = await told('client_event', 'presence-hooked-typing');
  const { socket_id: socketId } = client.connection;
  assert.deepEqual([event.event, event.user_id, event.socket_id], ['client-typing', 'ivo', socketId]);
  assert.deepEqual(JSON.parse(event.data), { fast: true });
});

test('every webhook was signed as the stock library expects', () => {
  assert.equal(appServer.invalidWebhooks, 0);
});
