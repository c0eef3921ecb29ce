// pusher-js drops a streaming response when it has read more than 256 KiB of it, and a polling one after
// every answer, and goes on with another. Nobody may notice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Waiting } from '../waiting.js';

const CHANNELS = ['load', 'private-load', 'presence-load', 'cache-load'];
const PUBLISHERS = ['ana', 'ben', 'cleo'];
const ROUNDS = 125;
/** Rounds that publishers may be ahead of the reader: what waits for one client is limited. */
const LEAD = 8;
/** Characters of one to four bytes, of one and two UTF-16 units, and such that frames escape. */
const TEXT = 'Grüße aus 東京 🔔🏳️‍🌈 "so\\" \u2028 €'.repeat(60);
/** The first, and ten that take over. */
const LEAST_RESPONSES = 11;
/** Ten client events a second are allowed. */
const WHISPER_PAUSE_MS = 150;

/** `responses()`: those the busiest session of this world has read so far, from their beginning. */
export function handOver(label, { users, appServer, responses }) {
  const named = (name) => `${name}-${label.replace(/[^a-z0-9]+/g, '-')}`;
  test(`${label}: under load nothing is lost, doubled or out of order from one response to the next`, async (t) => {
    const both = await Promise.all(['reader', 'listener'].map((user) => users.connect({ user })));
    const [typing, heard] = await Promise.all(both.map((it) => it.subscribe(named('private-typing-load'))));
    const [reader] = both;
    const channels = await Promise.all(CHANNELS.map((name) => reader.subscribe(named(name))));

    const load = new Load(appServer.library, channels);
    const whispers = whisper(typing, heard, load);
    await Promise.all([load.run(), whispers]);

    t.diagnostic(`${responses()} responses, ${await whispers} client events`);
    for (const topic of ['connected', 'disconnected', 'errors']) assert.deepEqual(reader.topic(topic).left, [], topic);
    assert.ok(responses() >= LEAST_RESPONSES, `only ${responses()} responses`);
  });
}

/** Several publishers, each publishing to all channels at once, and the book of what has arrived. */
class Load {
  isOver = false;
  /** For each publisher, an item for each of its events that has arrived. */
  #arrived = new Map(PUBLISHERS.map((publisher) => [publisher, new Waiting()]));
  #library;
  #channels;

  constructor(library, channels) {
    this.#library = library;
    this.#channels = channels;
  }

  async run() {
    try {
      await Promise.all([...PUBLISHERS.map((it) => this.#publish(it)), ...this.#channels.map((it) => this.#read(it))]);
      await this.#fence();
    } finally {
      this.isOver = true;
    }
  }

  async #publish(publisher) {
    const names = this.#channels.map(({ name }) => name);
    const arrived = this.#arrived.get(publisher);
    for (let n = 0; n < ROUNDS; n += 1) {
      if (n >= LEAD) await Promise.all(names.map((name) => arrived.next(`an event of ${publisher} on ${name}`)));
      await this.#library.trigger(names, 'counted', { publisher, n, text: TEXT });
    }
  }

  async #read(channel) {
    const expected = Object.fromEntries(PUBLISHERS.map((publisher) => [publisher, 0]));
    for (let left = PUBLISHERS.length * ROUNDS; left > 0; left -= 1) {
      const { publisher, n, text } = await channel.next('counted');
      assert.equal(n, expected[publisher], `of ${publisher} on ${channel.name}`);
      assert.equal(text, TEXT);
      expected[publisher] += 1;
      this.#arrived.get(publisher).push(n);
    }
  }

  /** Nothing has come twice: what follows comes next. */
  async #fence() {
    await this.#library.trigger(this.#channels.map(({ name }) => name), 'fence', null);
    for (const channel of this.#channels) {
      await channel.next('fence');
      assert.equal(channel.left.includes('counted'), false, `doubled on ${channel.name}`);
    }
  }
}

/** Client events in the other direction as long as the load lasts; returns how many. */
async function whisper(typing, heard, load) {
  let n = 0;
  while (!load.isOver) {
    await typing.trigger('client-counted', { n, text: TEXT });
    assert.deepEqual(await heard.next('client-counted'), { n, text: TEXT });
    n += 1;
    await pause(WHISPER_PAUSE_MS);
  }
  return n;
}
