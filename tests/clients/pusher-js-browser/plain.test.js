// What browsers bring themselves, against event streams and long polling: no library, and a network that breaks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Pusher from 'pusher';
import { AppServer } from '../shared/app-server.js';
import { environment } from '../shared/environment.js';
import { Proxy } from '../shared/proxy.js';
import { Waiting } from '../shared/waiting.js';
import { launch } from './chromium.js';

const { host, appId, key } = environment;
const EVENTS = 120;
/** Events that the publisher is ahead of the page at most. */
const LEAD = 10;
const TEXT = 'Grüße 🔔 "so" \u2028'.repeat(50);

const appServer = new AppServer(Pusher);
appServer.files.set('/page/empty', { type: 'text/html', body: '<!doctype html><title>A page</title>' });
let browser;

before(async () => {
  await appServer.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await appServer.stop();
});

/** A page of another origin whose `hear(text)` brings what its code has received. */
async function openPage() {
  const page = await browser.newPage();
  const heard = new Waiting();
  await page.exposeFunction('hear', (text) => heard.push(JSON.parse(text)));
  await page.goto(`${appServer.origin}/page/empty`);
  const next = (name) => heard.next(name, ({ event }) => event === name);
  return { page, heard, next };
}

/** Publishes while the page receives, and checks what it gets; `disturb(n)` is called before the n-th. */
async function publishAndCheck(channel, { next, heard }, disturb) {
  const arrived = new Waiting();
  const publish = async () => {
    for (let n = 0; n < EVENTS; n += 1) {
      if (n >= LEAD) await arrived.next(`event ${n - LEAD}`);
      disturb(n);
      await appServer.library.trigger(channel, 'counted', { n, text: TEXT });
    }
    await appServer.library.trigger(channel, 'fence', null);
  };
  const check = async () => {
    for (let n = 0; n < EVENTS; n += 1) {
      assert.deepEqual(JSON.parse((await next('counted')).data), { n, text: TEXT });
      arrived.push(n);
    }
    await next('fence');
  };
  await Promise.all([publish(), check()]);
  // Neither an event twice, nor a second session.
  const names = heard.left.map(({ event }) => event);
  assert.deepEqual(names.filter((name) => name !== 'pusher_internal:subscription_count'), []);
}

test('an EventSource misses nothing and hears nothing twice, however often its connection breaks', async (t) => {
  const proxy = new Proxy();
  await proxy.start();
  t.after(() => proxy.stop());
  const receiver = await openPage();
  const url = `http://${host}:${proxy.port}/apps/${appId}/sse?channels=streamed,other&key=${key}`;
  await receiver.page.evaluate((from) => {
    const source = new EventSource(from);
    source.onmessage = ({ data }) => window.hear(data);
  }, url);
  await receiver.next('pusher:connection_established');
  for (const _ of ['streamed', 'other']) await receiver.next('pusher_internal:subscription_succeeded');
  await publishAndCheck('streamed', receiver, (n) => n % 40 === 20 && proxy.cut());
  const streams = proxy.requests.length;
  t.diagnostic(`${streams} streams`);
  assert.ok(streams >= 4, `${streams} streams`);
  await receiver.page.close();
});

test('a loop of long polls misses nothing and hears nothing twice, even where answers get lost', async (t) => {
  let answers = 0;
  const proxy = new Proxy({ obstruct: () => ((answers += 1) % 4 === 0 ? 'lose' : undefined) });
  await proxy.start();
  t.after(() => proxy.stop());
  const receiver = await openPage();
  const url = `http://${host}:${proxy.port}/apps/${appId}/poll?channels=polled&key=${key}`;
  await receiver.page.evaluate((from) => {
    const poll = async (cursor) => {
      const answer = await fetch(cursor ? `${from}&cursor=${cursor}` : from).catch(() => undefined);
      const { cursor: next = cursor, events = [] } = (await answer?.json()) ?? {};
      events.forEach((event) => window.hear(JSON.stringify(event)));
      return poll(next);
    };
    void poll();
  }, url);
  await receiver.next('pusher:connection_established');
  await receiver.next('pusher_internal:subscription_succeeded');
  await publishAndCheck('polled', receiver, () => {});
  t.diagnostic(`${answers} answers, every fourth of them lost`);
  assert.ok(answers >= 12, `${answers} answers`);
  await receiver.page.close();
});
