import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, heard, subscribed } from '../echoes.js';

for (const kind of ['private', 'join']) {
  test(`a whisper on a channel of ${kind}() reaches the others and not its sender`, async () => {
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((user) => connect({ user })));
    const channels = await Promise.all([alice, bob].map((echo) => subscribed(echo[kind]('whispers'))));
    const [atAlice, atBob] = channels.map((channel) => heard((hear) => channel.listenForWhisper('typing', hear)));
    channels[0].whisper('typing', { who: 'alice' });
    assert.deepEqual(await atBob.next('her whisper'), { who: 'alice' });
    channels[1].whisper('typing', { who: 'bob' });
    assert.deepEqual(await atAlice.next('his whisper, and not her own'), { who: 'bob' });
  });
}
