import assert from 'node:assert/strict';
import { test } from 'node:test';

export function presence({ says, named, users, appServer }) {
  test(says('members see each other come and go'), async () => {
    const alice = await users.connect({ user: 'alice' });
    const atAlice = await alice.subscribe(named('presence-room'));
    const { count, me } = await atAlice.members();
    assert.deepEqual({ count, me }, { count: 1, me: { id: 'alice', info: { name: 'Name of alice' } } });

    const bob = await users.connect({ user: 'bob' });
    const atBob = await bob.subscribe(atAlice.name);
    assert.deepEqual((await atBob.member('alice')).info, { name: 'Name of alice' });
    assert.deepEqual(await atAlice.next('pusher:member_added'), { id: 'bob', info: { name: 'Name of bob' } });

    await bob.disconnect();
    assert.equal((await atAlice.next('pusher:member_removed')).id, 'bob');
    assert.equal((await atAlice.members()).count, 1);
  });

  test(says('a numeric user id stays a number'), async () => {
    const seven = await users.connect({ user: '7' });
    const atSeven = await seven.subscribe(named('presence-numbers'));
    assert.equal((await atSeven.members()).myID, 7);
    assert.deepEqual((await atSeven.members()).me.info, { name: 'Name of 7' });

    const eight = await users.connect({ user: '8' });
    const atEight = await eight.subscribe(atSeven.name);
    assert.deepEqual((await atEight.member(7)).info, { name: 'Name of 7' });
    assert.equal((await atSeven.next('pusher:member_added')).id, 8);
    await atEight.trigger('client-greeting', {});
    assert.equal(await atSeven.sender(), 8);
    const listed = await appServer.get(`/channels/${atSeven.name}/users`);
    assert.deepEqual(listed.users.map(({ id }) => id).sort(), ['7', '8']);
    await eight.unsubscribe(atSeven.name);
    assert.equal((await atSeven.next('pusher:member_removed')).id, 8);
  });

  test(says('a second connection of a user is no second member'), async () => {
    const watcher = await users.connect({ user: 'watcher' });
    const atWatcher = await watcher.subscribe(named('presence-twice'));
    const [phone, laptop] = await Promise.all([users.connect({ user: 'carol' }), users.connect({ user: 'carol' })]);
    await phone.subscribe(atWatcher.name);
    const onLaptop = await laptop.subscribe(atWatcher.name);
    assert.equal((await onLaptop.members()).count, 2);
    assert.equal((await atWatcher.next('pusher:member_added')).id, 'carol');
    await phone.unsubscribe(atWatcher.name);
    await phone.subscribe(named('presence-fence'));
    await appServer.library.trigger(atWatcher.name, 'fence', 1);
    await atWatcher.next('fence');
    assert.deepEqual(atWatcher.left.filter((event) => event.startsWith('pusher:member')), []);
    await laptop.unsubscribe(atWatcher.name);
    assert.equal((await atWatcher.next('pusher:member_removed')).id, 'carol');
  });
}
