import assert from 'node:assert/strict';
import { test } from 'node:test';

export function webhooks({ users, appServer }) {
  test('a channel is told to be occupied and vacated', async () => {
    const client = await users.connect();
    await client.subscribe('hooked');
    await appServer.told('channel_occupied', 'hooked');
    await client.unsubscribe('hooked');
    await appServer.told('channel_vacated', 'hooked');
  });

  test('members are told to be added and removed, numbers as text', async () => {
    const [seven, hana] = await Promise.all([users.connect({ user: '7' }), users.connect({ user: 'hana' })]);
    await seven.subscribe('presence-hooked');
    assert.equal((await appServer.told('member_added', 'presence-hooked')).user_id, '7');
    await hana.subscribe('presence-hooked');
    assert.equal((await appServer.told('member_added', 'presence-hooked')).user_id, 'hana');
    await hana.disconnect();
    assert.equal((await appServer.told('member_removed', 'presence-hooked')).user_id, 'hana');
  });

  test('a client event is told with its data and its sender', async () => {
    const client = await users.connect({ user: 'ivo' });
    const channel = await client.subscribe('presence-hooked-typing');
    await channel.trigger('client-typing', { fast: true });
    const told = await appServer.told('client_event', channel.name);
    assert.deepEqual([told.event, told.user_id, told.socket_id], ['client-typing', 'ivo', client.socketId]);
    assert.deepEqual(JSON.parse(told.data), { fast: true });
  });

  test('a cache miss is told once for those who missed', async () => {
    const [alice, bob] = await Promise.all([users.connect(), users.connect()]);
    const atAlice = await alice.subscribe('cache-hooked');
    await atAlice.next('pusher:cache_miss');
    const atBob = await bob.subscribe('cache-hooked');
    await atBob.next('pusher:cache_miss');
    await appServer.told('cache_miss', 'cache-hooked');
    // Leaving is told later than a second miss would be.
    await Promise.all([alice.unsubscribe('cache-hooked'), bob.unsubscribe('cache-hooked')]);
    await appServer.told('channel_vacated', 'cache-hooked');
    const again = ({ name, channel }) => name === 'cache_miss' && channel === 'cache-hooked';
    assert.deepEqual(appServer.webhookEvents.left.filter(again), []);
  });

  test('a count of subscriptions is told', async () => {
    const client = await users.connect();
    await client.subscribe('hooked-count');
    assert.equal((await appServer.told('subscription_count', 'hooked-count')).subscription_count, 1);
  });

  test('every webhook was signed as the stock library expects', () => {
    assert.equal(appServer.invalidWebhooks, 0);
  });
}
