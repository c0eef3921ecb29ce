import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environment } from '../environment.js';

const { key } = environment;
const TEXT = '100 % </script> 🔔\u2028';

/** The two ways to say which app is meant: in the path, or by the first message. */
const WAYS = [
  { way: 'to an app', path: `/sockjs/app/${key}`, introduction: undefined },
  { way: 'with an introduction', path: '/sockjs', introduction: { path: `/app/${key}?protocol=7` } },
];

/** SockJS's client over each of `transports`; `users` watch from beside. */
export function sockJs(label, { transports, sockets, users, appServer }) {
  const { library } = appServer;
  for (const transport of transports) {
    for (const { way, path, introduction } of WAYS) {
      test(`${label} over ${transport}, ${way}: events arrive, and its member leaves with it`, async () => {
        const room = `presence-${transport}-${way.replaceAll(' ', '-')}`;
        const watcher = await users.connect({ user: 'watcher' });
        const atWatcher = await watcher.subscribe(room);

        const client = await sockets.open(path, [transport]);
        assert.equal(client.transport, transport);
        if (introduction) await client.say(introduction);
        const { socket_id: socketId } = await client.next('pusher:connection_established');
        const member = { user_id: 'guest', user_info: { name: 'Gäst 🔔' } };
        const { presence } = await client.subscribe(room, library.authorizeChannel(socketId, room, member));
        assert.deepEqual(presence.hash.guest, member.user_info);
        assert.equal((await atWatcher.next('pusher:member_added')).id, 'guest');

        for (const n of [1, 2, 3]) await library.trigger(room, 'posted', { n, text: TEXT });
        for (const n of [1, 2, 3]) assert.deepEqual(await client.next('posted'), { n, text: TEXT });

        await client.close();
        assert.equal((await client.topics.close.next('the close')).code, 1000);
        // A script cannot be aborted: the request behind it ends with the next message.
        await library.trigger(room, 'farewell', null);
        assert.equal((await atWatcher.next('pusher:member_removed')).id, 'guest');
        await watcher.disconnect();
      });
    }
  }

  test(`${label}: a key that opens no app is refused in words`, async () => {
    const client = await sockets.open('/sockjs/app/no-such-key', [transports[0]]);
    assert.equal((await client.next('pusher:error')).code, 4001);
    assert.equal((await client.topics.close.next('the close')).code, 4001);
  });
}
