import assert from 'node:assert/strict';
import { test } from 'node:test';

export function channels({ says, named, users, appServer }) {
  const { library } = appServer;

  test(says('an event on a public channel reaches its subscribers'), async () => {
    const [alice, bob] = await Promise.all([users.connect(), users.connect()]);
    const news = named('news');
    const both = await Promise.all([alice.subscribe(news), bob.subscribe(news)]);
    await library.trigger(news, 'posted', { id: 1, text: 'Ding dong – 🔔' });
    for (const reader of both) assert.deepEqual(await reader.next('posted'), { id: 1, text: 'Ding dong – 🔔' });
  });

  test(says('text that is no JSON arrives as it is'), async () => {
    const client = await users.connect();
    const plain = await client.subscribe(named('plain'));
    await library.trigger(plain.name, 'posted', 'just text');
    assert.equal(await plain.next('posted'), 'just text');
  });

  test(says('a private channel opens to whom the tenant lets in'), async () => {
    const client = await users.connect();
    const orders = await client.subscribe(named('private-orders'));
    await library.trigger(orders.name, 'paid', { order: 7 });
    assert.deepEqual(await orders.next('paid'), { order: 7 });
  });

  test(says('a refusal of the tenant reaches the client as an error'), async () => {
    const client = await users.connect();
    await assert.rejects(client.subscribe('private-forbidden'), { status: 403 });
  });

  test(says('the connection named by socket_id does not get its own event'), async () => {
    const [author, reader] = await Promise.all([users.connect(), users.connect()]);
    const echo = named('echo');
    const [atAuthor, atReader] = await Promise.all([author.subscribe(echo), reader.subscribe(echo)]);
    await library.trigger(echo, 'written', 'by author', { socket_id: author.socketId });
    await library.trigger(echo, 'fence', 'for all');
    assert.equal(await atReader.next('written'), 'by author');
    await atAuthor.next('fence');
    assert.equal(atAuthor.left.includes('written'), false);
  });

  test(says('a batch keeps its order'), async () => {
    const client = await users.connect();
    const batched = await client.subscribe(named('batched'));
    const events = [1, 2, 3].map((n) => ({ channel: batched.name, name: 'counted', data: { n } }));
    await library.triggerBatch(events);
    for (const n of [1, 2, 3]) assert.deepEqual(await batched.next('counted'), { n });
  });

  test(says('after unsubscribing nothing more comes, and subscribing again works'), async () => {
    const client = await users.connect();
    const onOff = await client.subscribe(named('on-off'));
    await client.unsubscribe(onOff.name);
    const fence = await client.subscribe(named('fence'));
    await library.trigger([onOff.name, fence.name], 'posted', 1);
    assert.equal(await fence.next('posted'), 1);
    assert.equal(onOff.left.includes('posted'), false);
    await client.subscribe(onOff.name);
    await library.trigger(onOff.name, 'posted', 2);
    assert.equal(await onOff.next('posted'), 2);
  });

  test(says('subscribers are counted'), async () => {
    const [alice, bob] = await Promise.all([users.connect(), users.connect()]);
    const atAlice = await alice.subscribe(named('counted'));
    assert.deepEqual(await atAlice.next('pusher:subscription_count'), { subscription_count: 1 });
    await bob.subscribe(atAlice.name);
    assert.deepEqual(await atAlice.next('pusher:subscription_count'), { subscription_count: 2 });
    assert.equal(await atAlice.subscriptionCount(), 2);
    const info = await appServer.get(`/channels/${atAlice.name}`, { info: 'subscription_count' });
    assert.deepEqual(info, { occupied: true, subscription_count: 2 });
    await bob.unsubscribe(atAlice.name);
    assert.deepEqual(await atAlice.next('pusher:subscription_count'), { subscription_count: 1 });
  });

  test(says('a key that opens no app is refused in words'), async () => {
    const lost = await users.open({}, { key: 'no-such-key' });
    const { code, message } = await lost.next('errors');
    assert.equal(code, 4001);
    assert.match(message, /Did you forget to specify the/);
  });
}
