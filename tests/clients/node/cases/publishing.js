import assert from 'node:assert/strict';
import { test } from 'node:test';
import Pusher from 'pusher';
import { server } from '../app-server.js';
import { connect, subscribe } from '../browser.js';
import { environment } from '../../shared/environment.js';

test('an event reaches the subscribers of its channel', async () => {
  const [alice, bob] = await Promise.all([connect(), connect()]);
  const [atAlice, atBob] = await Promise.all([subscribe(alice, 'news'), subscribe(bob, 'news')]);
  const response = await server.trigger('news', 'posted', { id: 1, text: 'Ding dong – 🔔' });
  assert.equal(response.status, 200);
  for (const { events } of [atAlice, atBob]) {
    const { event, data } = await events.next('the event');
    assert.deepEqual({ event, data }, { event: 'posted', data: { id: 1, text: 'Ding dong – 🔔' } });
  }
});

test('one request publishes to many channels', async () => {
  const client = await connect();
  const channels = await Promise.all(['many-1', 'many-2', 'many-3'].map((name) => subscribe(client, name)));
  await server.trigger(['many-1', 'many-2', 'many-3'], 'posted', 'to all');
  for (const { next } of channels) assert.equal(await next('the event'), 'to all');
});

test('the connection named by socket_id does not get its own event', async () => {
  const [author, reader] = await Promise.all([connect(), connect()]);
  const [atAuthor, atReader] = await Promise.all([subscribe(author, 'echo'), subscribe(reader, 'echo')]);
  await server.trigger('echo', 'written', 'by author', { socket_id: author.connection.socket_id });
  await server.trigger('echo', 'fence', 'for all');
  assert.equal(await atReader.next('the event'), 'by author');
  assert.equal(await atReader.next('the fence'), 'for all');
  assert.equal(await atAuthor.next('the fence, and nothing before it'), 'for all');
});

test('a batch publishes different events in its order', async () => {
  const client = await connect();
  const { events } = await subscribe(client, 'batched');
  await server.triggerBatch([
    { channel: 'batched', name: 'first', data: { n: 1 } },
    { channel: 'elsewhere', name: 'ignored', data: {} },
    { channel: 'batched', name: 'second', data: { n: 2 } },
  ]);
  assert.equal((await events.next('the first')).event, 'first');
  assert.equal((await events.next('the second')).event, 'second');
});

test('events of one publisher keep their order', async () => {
  const client = await connect();
  const { next } = await subscribe(client, 'ordered');
  for (let n = 0; n < 50; n += 1) await server.trigger('ordered', 'count', n);
  for (let n = 0; n < 50; n += 1) assert.equal(await next(`event ${n}`), n);
});

test('after unsubscribing nothing more comes, and subscribing again works', async () => {
  const client = await connect();
  const before = await subscribe(client, 'on-off');
  client.unsubscribe('on-off');
  // Its answer comes after the unsubscription has been acted upon.
  const fence = await subscribe(client, 'on-off-fence');
  await server.trigger(['on-off', 'on-off-fence'], 'posted', 1);
  assert.equal(await fence.next('the fence'), 1);
  assert.deepEqual(before.events.left, []);
  const again = await subscribe(client, 'on-off');
  await server.trigger('on-off', 'posted', 2);
  assert.equal(await again.next('the event'), 2);
});

test('a request signed with another secret is refused', async () => {
  const { appId, key, host, port } = environment;
  const stranger = new Pusher({ appId, key, secret: 'guessed', host, port: String(port), useTLS: false });
  await assert.rejects(stranger.trigger('news', 'posted', {}), { status: 401 });
});

test('an oversize event is refused', async () => {
  await assert.rejects(server.trigger('news', 'posted', 'x'.repeat(11_000)), { status: 413 });
});
