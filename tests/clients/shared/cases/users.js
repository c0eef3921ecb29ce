import assert from 'node:assert/strict';
import { test } from 'node:test';

export function users({ says, named, users: people, appServer }) {
  const { library } = appServer;
  const signedIn = async (id, params) => {
    const client = await people.connect({ signs_in_as: id, ...params });
    await client.signIn();
    return client;
  };

  test(says('a sign-in is confirmed with what the tenant said'), async () => {
    const id = named('alice');
    const client = await people.connect({ signs_in_as: id });
    const confirmed = await client.signIn();
    assert.deepEqual(confirmed, { id, user_info: { name: `Name of ${id}` }, watchlist: [] });
  });

  test(says('an event to a user reaches each of their connections once and nobody else'), async () => {
    const id = named('bob');
    const [phone, laptop, other] = await Promise.all([signedIn(id), signedIn(id), signedIn(named('eve'))]);
    await library.sendToUser(id, 'invoiced', { total: 9 });
    await library.sendToUser(id, 'fence', null);
    for (const client of [phone, laptop]) {
      const { event, data } = await client.next('user');
      assert.deepEqual({ event, data }, { event: 'invoiced', data: { total: 9 } });
      assert.equal((await client.next('user')).event, 'fence', 'the event came once');
    }
    await library.sendToUser(named('eve'), 'fence', null);
    assert.equal((await other.next('user')).event, 'fence', 'the first that reaches another');
  });

  test(says('who is signed in joins a presence channel without saying who they are'), async () => {
    const id = named('carol');
    const client = await signedIn(id);
    const room = await client.subscribe(named('presence-signed-in'));
    assert.deepEqual((await room.members()).me, { id, info: { name: `Name of ${id}` } });
  });

  test(says('a forged sign-in is refused'), async () => {
    const client = await people.connect({ signs_in_as: named('mallory'), forged: 1 });
    await client.do('signIn');
    assert.equal((await client.next('errors')).code, 4009);
  });

  test(says("a user's connections are terminated and others stay"), async () => {
    const [id, bystander] = [named('dan'), named('stays')];
    const [phone, laptop, other] = await Promise.all([signedIn(id), signedIn(id), signedIn(bystander)]);
    assert.equal((await library.terminateUserConnections(id)).status, 200);
    for (const client of [phone, laptop]) {
      assert.equal((await client.next('errors')).code, 4009);
      await client.next('disconnected');
    }
    await library.sendToUser(bystander, 'fence', null);
    assert.equal((await other.next('user')).event, 'fence');
    assert.equal((await library.terminateUserConnections(named('unknown'))).status, 200);
  });

  test(says('a watchlist tells who is online, who comes and who goes'), async () => {
    const [there, away] = [named('there'), named('away')];
    await signedIn(there);
    const watcher = await signedIn(named('watcher'), { watchlist: `${there},${away}` });
    const online = await watcher.next('watchlist', ({ event }) => event === 'online');
    assert.deepEqual(online.data, { name: 'online', user_ids: [there] });
    const offline = await watcher.next('watchlist', ({ event }) => event === 'offline');
    assert.deepEqual(offline.data, { name: 'offline', user_ids: [away] });

    const [phone, laptop] = [await signedIn(away), await signedIn(away)];
    const came = await watcher.next('watchlist');
    assert.deepEqual(came.data, { name: 'online', user_ids: [away] });
    await phone.disconnect();
    await laptop.disconnect();
    const went = await watcher.next('watchlist');
    assert.deepEqual(went.data, { name: 'offline', user_ids: [away] }, 'and not online a second time');
  });
}
