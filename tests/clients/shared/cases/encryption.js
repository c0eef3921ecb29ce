import assert from 'node:assert/strict';
import { test } from 'node:test';

export function encryption({ says, named, users, appServer }) {
  const { library } = appServer;

  test(says('an encrypted event is read by who has the secret'), async () => {
    const client = await users.connect();
    const diary = await client.subscribe(named('private-encrypted-diary'));
    await library.trigger(diary.name, 'written', { text: 'nobody else may read this – 🔔' });
    assert.deepEqual(await diary.next('written'), { text: 'nobody else may read this – 🔔' });
  });

  test(says('encrypted and plain events share a batch'), async () => {
    const client = await users.connect();
    const [secret, open] = [named('private-encrypted-mixed'), named('private-mixed')];
    const [atSecret, atOpen] = await Promise.all([client.subscribe(secret), client.subscribe(open)]);
    await library.triggerBatch([
      { channel: secret, name: 'said', data: 'quietly' },
      { channel: open, name: 'said', data: 'aloud' },
    ]);
    assert.equal(await atSecret.next('said'), 'quietly');
    assert.equal(await atOpen.next('said'), 'aloud');
  });

  test(says('an encrypted cache channel keeps its last event, encrypted'), async () => {
    const name = named('private-encrypted-cache-diary');
    await library.trigger(name, 'written', { page: 1 });
    const { cache } = await appServer.get(`/channels/${name}`, { info: 'cache' });
    assert.deepEqual(Object.keys(JSON.parse(cache.data)).sort(), ['ciphertext', 'nonce']);
    const client = await users.connect();
    const diary = await client.subscribe(name);
    assert.deepEqual(await diary.next('written'), { page: 1 });
  });

  test(says('an empty encrypted cache channel misses'), async () => {
    const client = await users.connect();
    const diary = await client.subscribe(named('private-encrypted-cache-empty'));
    await diary.next('pusher:cache_miss');
  });
}
