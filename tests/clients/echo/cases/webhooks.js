import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, connect, subscribed } from '../echoes.js';

test('the application is told by signed webhooks', async () => {
  const echo = await connect({ user: '7' });
  const room = await subscribed(echo.join('hooked'));
  await application.told('channel_occupied', 'presence-hooked');
  assert.equal((await application.told('member_added', 'presence-hooked')).user_id, '7');
  room.whisper('typing', { fast: true });
  const event = await application.told('client_event', 'presence-hooked');
  assert.deepEqual([event.event, event.user_id, event.socket_id], ['client-typing', '7', echo.socketId()]);
  echo.leave('hooked');
  await application.told('member_removed', 'presence-hooked');
  await application.told('channel_vacated', 'presence-hooked');
  assert.equal(application.invalidWebhooks, 0);
});
