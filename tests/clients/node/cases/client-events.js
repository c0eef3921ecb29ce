import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, subscribe } from '../browser.js';
import { Waiting } from '../../shared/waiting.js';

test('a client event reaches the others and not its sender', async () => {
  const [alice, bob] = await Promise.all([connect(), connect()]);
  const [atAlice, atBob] = await Promise.all([subscribe(alice, 'private-typing'), subscribe(bob, 'private-typing')]);
  atAlice.channel.trigger('client-typing', { who: 'alice' });
  assert.deepEqual(await atBob.next('the event'), { who: 'alice' });
  atBob.channel.trigger('client-typing', { who: 'bob' });
  assert.deepEqual(await atAlice.next("bob's, and not her own"), { who: 'bob' });
});

test('on a presence channel it says who sent it', async () => {
  const [alice, bob] = await Promise.all([connect({ user: 'alice' }), connect({ user: 'bob' })]);
  const [atAlice, atBob] = await Promise.all([subscribe(alice, 'presence-typing'), subscribe(bob, 'presence-typing')]);
  const senders = new Waiting();
  atBob.channel.bind('client-typing', (_, { user_id: userId }) => senders.push(userId));
  atAlice.channel.trigger('client-typing', {});
  assert.equal(await senders.next('the event'), 'alice');
});
