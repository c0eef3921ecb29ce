import assert from 'node:assert/strict';
import { test } from 'node:test';

export function clientEvents({ says, named, users }) {
  test(says('a client event reaches the others and not its sender'), async () => {
    const [alice, bob] = await Promise.all([users.connect(), users.connect()]);
    const typing = named('private-typing');
    const [atAlice, atBob] = await Promise.all([alice.subscribe(typing), bob.subscribe(typing)]);
    await atAlice.trigger('client-typing', { who: 'alice' });
    assert.deepEqual(await atBob.next('client-typing'), { who: 'alice' });
    await atBob.trigger('client-typing', { who: 'bob' });
    assert.deepEqual(await atAlice.next('client-typing'), { who: 'bob' }, "bob's, and not her own");
  });

  test(says('on a presence channel a client event says who sent it'), async () => {
    const [alice, bob] = await Promise.all([users.connect({ user: 'alice' }), users.connect({ user: 'bob' })]);
    const hello = named('presence-hello');
    const [atAlice, atBob] = await Promise.all([alice.subscribe(hello), bob.subscribe(hello)]);
    await atAlice.trigger('client-greeting', {});
    assert.equal(await atBob.sender(), 'alice');
  });

  test(says('an eleventh client event within a second is told to be too many'), async () => {
    const client = await users.connect();
    const hasty = await client.subscribe(named('private-hasty'));
    await Promise.all(Array.from({ length: 11 }, (_, n) => hasty.trigger('client-n', n)));
    assert.equal((await client.next('errors')).code, 4301);
  });
}
