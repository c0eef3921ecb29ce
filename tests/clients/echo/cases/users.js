import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, connect, heard } from '../echoes.js';
import { Waiting } from '../../shared/waiting.js';

const { library } = application;

async function signedIn(id) {
  const echo = await connect({ signs_in_as: id });
  const { pusher } = echo.connector;
  const confirmed = heard((hear) => pusher.bind('pusher:signin_success', hear));
  echo.connector.signin();
  assert.equal(JSON.parse((await confirmed.next('the confirmation')).user_data).id, id);
  return pusher;
}

test('who signs in hears what is sent to the user', async () => {
  const alice = await signedIn('alice');
  const events = heard((hear) => alice.user.bind('invoiced', hear));
  await library.sendToUser('alice', 'invoiced', { total: 9 });
  assert.deepEqual(await events.next('the event'), { total: 9 });
});

test('the application ends the connections of a user', async () => {
  const mallory = await signedIn('mallory');
  const states = new Waiting();
  mallory.connection.bind('disconnected', () => states.push('disconnected'));
  await library.terminateUserConnections('mallory');
  await states.next('the end');
});
