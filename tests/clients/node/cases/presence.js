import assert from 'node:assert/strict';
import { test } from 'node:test';
import { server } from '../app-server.js';
import { connect, subscribe } from '../browser.js';

test('members see each other come and go', async () => {
  const alice = await connect({ user: 'alice' });
  const atAlice = await subscribe(alice, 'presence-room');
  assert.equal(atAlice.channel.members.count, 1);
  assert.deepEqual(atAlice.channel.members.me, { id: 'alice', info: { name: 'Name of alice' } });

  const bob = await connect({ user: 'bob' });
  const atBob = await subscribe(bob, 'presence-room');
  assert.equal(atBob.channel.members.count, 2);
  assert.deepEqual(atBob.channel.members.get('alice').info, { name: 'Name of alice' });
  const added = await atAlice.events.next('member_added');
  assert.deepEqual([added.event, added.data], ['pusher:member_added', { id: 'bob', info: { name: 'Name of bob' } }]);

  bob.disconnect();
  const removed = await atAlice.events.next('member_removed');
  assert.deepEqual([removed.event, removed.data.id], ['pusher:member_removed', 'bob']);
  assert.equal(atAlice.channel.members.count, 1);
});

test('a second connection of a user is no second member', async () => {
  const watcher = await connect({ user: 'watcher' });
  const atWatcher = await subscribe(watcher, 'presence-twice');
  const [phone, laptop] = await Promise.all([connect({ user: 'carol' }), connect({ user: 'carol' })]);
  await subscribe(phone, 'presence-twice');
  const onLaptop = await subscribe(laptop, 'presence-twice');
  assert.equal(onLaptop.channel.members.count, 2);
  assert.equal((await atWatcher.events.next('member_added')).event, 'pusher:member_added');

  phone.unsubscribe('presence-twice');
  await server.trigger('presence-twice', 'fence', 1);
  assert.equal((await atWatcher.events.next('the fence, and no member_removed')).event, 'fence');
  laptop.unsubscribe('presence-twice');
  assert.equal((await atWatcher.events.next('member_removed')).event, 'pusher:member_removed');
});
