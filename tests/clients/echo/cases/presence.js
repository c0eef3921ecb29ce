import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, connect, heard } from '../echoes.js';

const nameOf = (user) => ({ name: `Name of ${user}` });

test('members are here, joining and leaving', async () => {
  const alice = (await connect({ user: 'alice' })).join('room');
  const [here, joining, leaving] = ['here', 'joining', 'leaving'].map((name) => heard((hear) => alice[name](hear)));
  assert.deepEqual(await here.next('who is here'), [nameOf('alice')]);

  const bob = await connect({ user: 'bob' });
  const hereForBob = heard((hear) => bob.join('room').here(hear));
  const names = (await hereForBob.next('who is here')).map(({ name }) => name);
  assert.deepEqual(names.sort(), ['Name of alice', 'Name of bob']);
  assert.deepEqual(await joining.next('bob'), nameOf('bob'));
  bob.leave('room');
  assert.deepEqual(await leaving.next('bob'), nameOf('bob'));
});

test("Laravel's numeric ids name their members", async () => {
  const seven = (await connect({ user: '7' })).join('numbers');
  const [here, joining] = ['here', 'joining'].map((name) => heard((hear) => seven[name](hear)));
  assert.deepEqual(await here.next('who is here'), [nameOf(7)]);
  assert.equal(seven.subscription.members.myID, 7);
  await connect({ user: '8' }).then((eight) => eight.join('numbers'));
  assert.deepEqual(await joining.next('8'), nameOf(8));
  const { users } = await application.get('/channels/presence-numbers/users');
  assert.deepEqual(users.map(({ id }) => id).sort(), ['7', '8']);
});

test('an event is heard on a presence channel', async () => {
  const room = (await connect({ user: 'alice' })).join('news');
  const here = heard((hear) => room.here(hear));
  await here.next('the subscription');
  const events = heard((hear) => room.listen('.posted', hear));
  await application.library.trigger('presence-news', 'posted', { id: 1 });
  assert.deepEqual(await events.next('the event'), { id: 1 });
});
