// What tenants, their users and their servers say is shown as they said it, and none of it runs: a hundred payloads
// wherever text from outside is shown.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { launch } from './chromium.js';
import { connect, serverOf } from './clients.js';
import { environment, eventually } from './environment.js';
import { handsOn } from './hands.js';
import { linkMailedTo } from './mail.js';
import { markupIn, showsAsText, watchForCode } from './markup.js';
import { PAYLOADS } from './payloads.js';
import { createApp, signUp } from './people.js';
import { startReceiver } from './receiver.js';

/** Names that people give are shorter, and hold no invisible letters. */
const NAMES = PAYLOADS.filter((text) => text.length <= 60 && /^[\x21-\x7e][\x20-\x7e]*[\x21-\x7e]$/.test(text));
const ORGANISATION = NAMES[0];

let browser;
let owner;
let hands;
let page;
let app;
let server;
let receiver;
const open = [];

before(async () => {
  browser = await launch();
  owner = await signUp(browser, ORGANISATION);
  app = await createApp(owner, NAMES[1], { client_events: true });
  server = serverOf(app);
  receiver = await startReceiver();
  ({ page } = owner);
  hands = handsOn(page);
  await watchForCode(owner);
});

after(async () => {
  open.forEach((one) => (one.disconnect ?? one.destroy).call(one));
  await receiver?.close();
  await browser?.close();
});

const shows = (texts, region) => showsAsText(owner, texts, region);
const rows = () => page.getByRole('list', { name: 'Activity, newest first' });
const chunks = (list, size) => Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));

/** A connection whose library, browser and page are whatever somebody says they are. */
async function connectAs(text) {
  const query = new URLSearchParams({ protocol: 7, client: text, version: '1.0' });
  const request = http.get(`${environment.url}/app/${app.key}?${query}`, {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': 13,
      'Sec-WebSocket-Key': Buffer.alloc(16, 7).toString('base64'),
      'User-Agent': text,
      Origin: text,
    },
  });
  const socket = await new Promise((resolve, reject) => {
    request.on('upgrade', (_, socket) => resolve(socket)).on('error', reject);
    request.on('response', ({ statusCode }) => reject(new Error(`${statusCode} for ${text}`)));
  });
  socket.on('error', () => {});
  open.push(socket);
}

test('the check itself sees what becomes markup', async () => {
  const visitor = await browser.window();
  await watchForCode(visitor);
  await visitor.page.goto('/dashboard/login');
  await visitor.page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.deepEqual(await markupIn(visitor.page), []);
  await visitor.page.evaluate((texts) => {
    for (const text of texts) document.getElementById('root').insertAdjacentHTML('beforeend', text);
    // Those that move the page away would take the others with them.
  }, PAYLOADS.filter((text) => !text.startsWith('<meta')));
  assert.ok((await markupIn(visitor.page)).length > 30);
  // The content policy refuses to run it, and says so.
  await eventually(() => visitor.complaints.length > 0);
  await visitor.context.close();
});

test('as names of events, in the console', async () => {
  await page.goto(`${app.path}/console`);
  await hands.sees('0 connections');
  for (const batch of chunks(PAYLOADS, 10)) {
    await server.triggerBatch(batch.map((name) => ({ channel: 'news', name, data: name })));
  }
  await shows(PAYLOADS.map((name) => `${name} on news`), rows());
});

test('as what events carry, in the payload drawer', async () => {
  for (const [index, texts] of chunks(PAYLOADS, 20).entries()) {
    await server.trigger('news', `carries-${index}`, texts);
    await rows().getByRole('button').filter({ hasText: `carries-${index}` }).click();
    const shown = page.getByRole('region', { name: 'Data as text' });
    await shown.filter({ hasText: 'ran()' }).waitFor();
    assert.deepEqual(JSON.parse(await shown.textContent()), texts);
    await shows([]);
    await page.keyboard.press('Escape');
    await hands.gone(hands.dialog());
  }
});

test('as channels that clients ask for, which are refused, in the console', async () => {
  const client = await connect(app);
  open.push(client);
  // The library itself refuses names that begin so.
  PAYLOADS.filter((name) => !name.startsWith('#')).forEach((name) => client.subscribe(name));
  await hands.sees('Refused', rows());
  await shows([]);
});

test('as letters that channel names may have, in the list and on their pages', async () => {
  const names = ['javascript=ran', 'data,text-html;base64', '-ran-;ran-', '@import=ran.test'].map((name) => `presence-${name}`);
  const client = await connect(app, { channels: names });
  open.push(client);
  await page.goto(`${app.path}/channels`);
  await shows(names, page.getByRole('table', { name: 'Channels' }));
  for (const name of names) {
    await page.goto(`${app.path}/channels/${encodeURIComponent(name)}`);
    await shows([name], page.getByRole('heading', { level: 2 }));
  }
});

test('as ids of members and what others know of them, in their channel and on the page of a connection', async () => {
  const people = chunks(PAYLOADS, 4).map((info) => ({ member: info[0].slice(0, 100), info, channels: ['presence-crowd'] }));
  open.push(...(await Promise.all(people.map((person) => connect(app, person)))));
  await page.goto(`${app.path}/channels/presence-crowd`);
  await shows(people.flatMap(({ member, info }) => [member, JSON.stringify(info)]), page.getByRole('table', { name: 'Members' }));
  await page.getByRole('table', { name: 'Subscribers' }).getByRole('link').first().click();
  const subscriptions = page.getByRole('table', { name: 'Subscriptions' });
  await hands.sees('ran()', subscriptions);
  await shows(['presence-crowd'], subscriptions);
});

test('as client, browser and origin of connections', async () => {
  const texts = NAMES.slice(0, 20);
  for (const text of texts) await connectAs(text);
  await page.goto(`${app.path}/connections`);
  await shows(texts, page.getByRole('table', { name: 'Connections' }));
});

test('as answers of webhook endpoints, in the log and its drawer', async () => {
  receiver.answer(500, PAYLOADS.slice(0, 20).join('\n'));
  const webhook = await owner.ask('POST', `/apps/${app.id}/webhooks`, { name: NAMES[2], url: receiver.url, event_types: ['channel_occupied'] });
  open.push(await connect(app, { channels: ['told-of'] }));
  await receiver.received(({ body }) => body.includes('told-of'));
  await page.goto(`${app.path}/webhooks/${webhook.id}/deliveries`);
  await hands.row('told-of').getByText('Retrying', { exact: true }).waitFor();
  await hands.row('told-of').getByRole('link').click();
  await hands.press('Show request and answer of attempt 1', hands.dialog());
  await shows([NAMES[2]]);
  await shows(PAYLOADS.slice(0, 20), hands.dialog());
});

test('as names of apps, keys, tokens and the organisation, on their pages and in the audit log', async () => {
  for (const label of NAMES.slice(3, 8)) await owner.ask('POST', `/apps/${app.id}/keys`, { label });
  for (const name of NAMES.slice(8, 13)) await owner.ask('POST', '/tokens', { name, scopes: ['read'] });
  const screens = {
    '/dashboard/apps': [ORGANISATION, NAMES[1]],
    [`${app.path}/keys`]: NAMES.slice(3, 8),
    [`${app.path}/webhooks`]: [NAMES[2]],
    '/dashboard/organisation/tokens': NAMES.slice(8, 13),
    '/dashboard/organisation/usage': [NAMES[1]],
    '/dashboard/organisation/settings': [ORGANISATION],
    '/dashboard/organisation/audit': NAMES.slice(1, 13),
  };
  for (const [address, texts] of Object.entries(screens)) {
    await page.goto(address);
    await shows(texts);
  }
});

test('as what somebody who is invited is told', async () => {
  await owner.ask('POST', '/invitations', { email: 'invited@example.com', role: 'developer' });
  const guest = await browser.window();
  await watchForCode(guest);
  await guest.page.goto(await linkMailedTo('invited@example.com', 'accept-invitation'));
  await guest.page.getByRole('heading', { name: /^Join/ }).waitFor();
  await showsAsText(guest, [ORGANISATION]);
});
