// The debug console: what happens in an app as it happens, and why nothing does. Each test goes on where the one
// before it stopped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot } from './chromium.js';
import { connect, serverOf } from './clients.js';
import { handsOn } from './hands.js';
import { createApp, signUp } from './people.js';

let browser;
let owner;
let hands;
let page;
let app;
let server;
let client;

before(async () => {
  browser = await launch();
  owner = await signUp(browser, 'Observatory');
  app = await createApp(owner, 'Telescope', { client_events: true });
  server = serverOf(app);
  ({ page } = owner);
  hands = handsOn(page);
});

after(async () => {
  client?.disconnect();
  await browser?.close();
});

const rows = () => page.getByRole('list', { name: 'Activity, newest first' });
const sees = (text) => hands.sees(text, rows());
const isLive = () => page.getByRole('region', { name: 'Activity' }).getByText('Live', { exact: true }).waitFor();

test('when it is empty it says why', async () => {
  await page.goto(`${app.path}/console`);
  await hands.sees('0 connections');
  await hands.sees('No event was published since the app came into use.');
  await screenshot(page, 'console-empty');
});

test('what clients and servers do appears at once', async () => {
  await isLive();
  client = await connect(app, { user: 'edwin', info: { name: 'Edwin' }, channels: ['presence-dome', 'sky'] });
  await server.trigger('sky', 'star-seen', { name: 'Vega', magnitude: 0.03 });
  await sees('star-seen on sky');
  await sees('from a server, reached 1 subscriber');
  await sees('edwin in presence-dome');
  await client.channel('presence-dome').trigger('client-turned', { degrees: 12 });
  await sees('client-turned on presence-dome');
});

test('a row opens onto what the event carried, and Escape closes it', async () => {
  await rows().getByRole('button').filter({ hasText: 'star-seen' }).click();
  const drawer = hands.dialog('Event');
  await hands.sees('"magnitude": 0.03', drawer);
  await screenshot(page, 'console-payload');
  await page.keyboard.press('Escape');
  await hands.gone(drawer);
});

test('while it is paused what comes is held back and counted', async () => {
  await hands.press('Pause');
  await server.trigger('sky', 'cloud-seen', {});
  await page.getByRole('button', { name: 'Resume (1 new)' }).click();
  await sees('cloud-seen on sky');
});

test('a filter is in the address and shows nothing else', async () => {
  await page.getByText('Events', { exact: true }).click();
  // What comes before the server has taken the filter would be lost.
  const filtered = page.waitForResponse((response) => response.url().includes('event=moon-seen'));
  await hands.enter('Event name', 'moon-seen');
  await filtered;
  await hands.sees('Nothing has matched the filter yet');
  await server.trigger('sky', 'star-seen', {});
  await server.trigger('sky', 'moon-seen', {});
  await sees('moon-seen on sky');
  assert.equal(await rows().getByRole('listitem').count(), 1);
  await screenshot(page, 'console-filtered');
  await page.reload();
  assert.equal(await page.getByLabel('Event name').inputValue(), 'moon-seen');
});

test('a refused request says why', async () => {
  const unfiltered = page.waitForResponse((response) => response.url().endsWith('/live'));
  await hands.press('Clear the filter');
  await unfiltered;
  await assert.rejects(serverOf({ ...app, secret: 'wrong' }).trigger('sky', 'x', {}));
  await sees('Request refused');
});

test('the creator sends an event to a channel and says whom it reached', async () => {
  await page.goto(`${app.path}/send`);
  await page.getByRole('combobox', { name: 'Channels' }).pressSequentially('sky,nowhere,');
  await page.getByLabel('Event name').fill('dawn');
  await page.getByRole('textbox', { name: 'Data' }).fill('{"at":');
  await hands.press('Send event');
  await page.locator('[id$="-error"]').first().waitFor();
  const came = new Promise((resolve) => client.channel('sky').bind('dawn', resolve));
  await page.getByRole('textbox', { name: 'Data' }).fill('{"at":"06:12"}');
  await hands.press('Send event');
  const result = page.getByRole('region', { name: 'Result' });
  await hands.sees('1 connection', result);
  await hands.sees('Nobody: nobody is subscribed right now.', result);
  assert.deepEqual(await came, { at: '06:12' });
  await screenshot(page, 'send-event-result');
});

test('it sends to a user as well, and what was sent is sent again', async () => {
  await page.getByText('To a user', { exact: true }).click();
  await page.getByRole('textbox', { name: 'User id' }).fill('edwin');
  await hands.press('Send event');
  await hands.sees('1 connection', page.getByRole('region', { name: 'Result' }));
  await page.getByRole('button', { name: 'Use again' }).last().click();
  assert.equal(await page.getByRole('textbox', { name: 'Data' }).inputValue(), '{"at":"06:12"}');
});

test('nobody complained to the console', () => {
  assert.deepEqual(owner.complaints, []);
});
