import assert from 'node:assert/strict';
import { test } from 'node:test';

export function cacheChannels({ says, named, users, appServer }) {
  for (const prefix of ['cache-', 'private-cache-', 'presence-cache-']) {
    const latest = (name) => named(`${prefix}${name}`);

    test(says(`the first subscriber of an empty ${prefix} channel hears that nothing is cached`), async () => {
      const client = await users.connect({ user: 'alice' });
      const empty = await client.subscribe(latest('empty'));
      assert.equal(await empty.next('pusher:cache_miss'), null);
    });

    test(says(`who subscribes to a ${prefix} channel gets its last event`), async () => {
      await appServer.library.trigger(latest('price'), 'changed', { price: 1 });
      await appServer.library.trigger(latest('price'), 'changed', { price: 2 });
      const early = await users.connect({ user: 'alice' });
      const atEarly = await early.subscribe(latest('price'));
      assert.deepEqual(await atEarly.next('changed'), { price: 2 });
      const late = await users.connect({ user: 'bob' });
      const atLate = await late.subscribe(latest('price'));
      assert.deepEqual(await atLate.next('changed'), { price: 2 });
      await appServer.library.trigger(latest('price'), 'changed', { price: 3 });
      assert.deepEqual(await atEarly.next('changed'), { price: 3 }, 'the cached one was not sent again');
      assert.equal(atLate.left.includes('pusher:cache_miss'), false);
    });
  }

  test(says('a client event is not cached'), async () => {
    const alice = await users.connect();
    const atAlice = await alice.subscribe(named('private-cache-chatter'));
    await appServer.library.trigger(atAlice.name, 'changed', 'cached');
    await atAlice.trigger('client-changed', 'not cached');
    const bob = await users.connect();
    const atBob = await bob.subscribe(atAlice.name);
    assert.equal(await atBob.next('changed'), 'cached');
  });

  test(says('the tenant can read what is cached'), async () => {
    const client = await users.connect();
    const { name } = await client.subscribe(named('cache-read'));
    assert.deepEqual(await appServer.get(`/channels/${name}`, { info: 'cache' }), { occupied: true, cache: null });
    await appServer.library.trigger(name, 'changed', { price: 4 });
    const { cache } = await appServer.get(`/channels/${name}`, { info: 'cache' });
    assert.equal(cache.data, '{"price":4}');
    assert.ok(cache.ttl > 0 && cache.ttl <= 1800);
  });
}
