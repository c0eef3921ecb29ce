import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, connect, heard, subscribed } from '../echoes.js';

const { library } = application;
const shipped = 'App\\Events\\OrderShipped';

for (const broadcaster of ['reverb', 'pusher']) {
  test(`the ${broadcaster} broadcaster connects and listens`, async () => {
    const echo = await connect({}, broadcaster);
    assert.equal(echo.connectionStatus(), 'connected');
    assert.match(echo.socketId(), /^\d+\.\d+$/);
    const channel = await subscribed(echo.channel(`orders-${broadcaster}`));
    const events = heard((hear) => channel.listen('OrderShipped', hear));
    await library.trigger(channel.name, shipped, { order: { id: 7 } });
    assert.deepEqual(await events.next('the event'), { order: { id: 7 } });
  });
}

test('an event broadcast under a name of its own is heard with a leading dot', async () => {
  const channel = await subscribed((await connect()).channel('named'));
  const events = heard((hear) => channel.listen('.order.shipped', hear));
  await library.trigger(channel.name, 'order.shipped', { id: 8 });
  assert.deepEqual(await events.next('the event'), { id: 8 });
});

test('all events of a channel are heard', async () => {
  const channel = await subscribed((await connect()).channel('everything'));
  const names = heard((hear) => channel.listenToAll(hear));
  await library.trigger(channel.name, shipped, {});
  await library.trigger(channel.name, 'order.shipped', {});
  assert.equal(await names.next('the first'), 'OrderShipped');
  assert.equal(await names.next('the second'), '.order.shipped');
});

test('a private channel opens to whom the application lets in', async () => {
  const channel = await subscribed((await connect()).private('orders.7'));
  const events = heard((hear) => channel.listen('OrderShipped', hear));
  await library.trigger('private-orders.7', shipped, { order: 7 });
  assert.deepEqual(await events.next('the event'), { order: 7 });
});

test('a refusal of the application reaches the page', async () => {
  const echo = await connect();
  await assert.rejects(subscribed(echo.private('forbidden')), { status: 403 });
});

test('an encrypted private channel is read', async () => {
  const channel = await subscribed((await connect()).encryptedPrivate('orders.7'));
  const events = heard((hear) => channel.listen('OrderShipped', hear));
  await library.trigger('private-encrypted-orders.7', shipped, { secret: 'yes – 🔔' });
  assert.deepEqual(await events.next('the event'), { secret: 'yes – 🔔' });
});

test('a notification reaches its listener', async () => {
  const channel = await subscribed((await connect()).private('App.Models.User.1'));
  const notifications = heard((hear) => channel.notification(hear));
  const event = 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated';
  await library.trigger(channel.name, event, { id: 'n-1', type: 'invoice.paid' });
  assert.deepEqual(await notifications.next('the notification'), { id: 'n-1', type: 'invoice.paid' });
});

test('a broadcast to others leaves out the page that caused it', async () => {
  const [author, reader] = await Promise.all([connect(), connect()]);
  const channels = await Promise.all([subscribed(author.channel('comments')), subscribed(reader.channel('comments'))]);
  const [atAuthor, atReader] = channels.map((channel) => heard((hear) => channel.listen('.said', hear)));
  await library.trigger('comments', 'said', 'to others', { socket_id: author.socketId() });
  await library.trigger('comments', 'said', 'to all');
  assert.equal(await atReader.next('the first'), 'to others');
  assert.equal(await atReader.next('the second'), 'to all');
  assert.equal(await atAuthor.next('the second, and not the first'), 'to all');
});

test('leaving a name leaves every kind of channel of that name', async () => {
  const echo = await connect({ user: 'alice' });
  const kinds = [echo.channel('left'), echo.private('left'), echo.encryptedPrivate('left'), echo.join('left')];
  const channels = await Promise.all(kinds.map(subscribed));
  const events = channels.map((channel) => heard((hear) => channel.listen('.posted', hear)));
  echo.leave('left');
  const fence = await subscribed(echo.channel('fence'));
  const fences = heard((hear) => fence.listen('.posted', hear));
  const plain = channels.map(({ name }) => name).filter((name) => !name.startsWith('private-encrypted-'));
  await library.trigger([...plain, 'fence'], 'posted', 1);
  await fences.next('the fence');
  assert.deepEqual(events.map(({ count }) => count), [0, 0, 0, 0]);
  const listed = await application.get('/channels', { filter_by_prefix: 'presence-left' });
  assert.deepEqual(listed, { channels: {} });
});

test('a cache channel has its last event for a page that comes later', async () => {
  await library.trigger('cache-prices', 'changed', { price: 2 });
  const channel = (await connect()).channel('cache-prices');
  const events = heard((hear) => channel.listen('.changed', hear));
  assert.deepEqual(await events.next('the cached event'), { price: 2 });
});

test('an empty cache channel says that nothing is cached', async () => {
  const channel = (await connect()).channel('cache-empty');
  const misses = heard((hear) => channel.listen('.pusher:cache_miss', hear));
  assert.equal(await misses.next('the miss'), undefined);
});

test('subscribers are counted', async () => {
  const channel = (await connect()).channel('counted');
  const counts = heard((hear) => channel.listen('.pusher:subscription_count', hear));
  assert.deepEqual(await counts.next('the count'), { subscription_count: 1 });
});
