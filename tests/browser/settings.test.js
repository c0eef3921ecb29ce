// The settings of an app, its usage, and its end. Each test goes on where the one before it stopped.
import assert from 'node:assert/strict';
import fs from 'node:fs';
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
let client;

before(async () => {
  browser = await launch();
  owner = await signUp(browser, 'Clockmakers');
  app = await createApp(owner, 'Pendulum');
  client = await connect(app, { channels: ['ticks'] });
  ({ page } = owner);
  hands = handsOn(page);
});

after(async () => {
  client?.disconnect();
  await browser?.close();
});

const section = (name) =>
  page.getByRole('navigation', { name: 'Sections of this app' }).getByRole('link', { name, exact: true }).click();

test('a switch takes effect at once and stays', async () => {
  await page.goto(`${app.path}/settings`);
  const clientEvents = page.getByRole('switch', { name: 'Allow client events' });
  await clientEvents.click();
  await page.locator('[role="switch"]:checked').first().waitFor();
  await page.reload();
  assert.equal(await clientEvents.isChecked(), true);
});

test('limits are saved, and what is out of range is said beside the field', async () => {
  await hands.fill('Events per batch', '500');
  await hands.press('Save limits');
  await hands.sees('Enter a whole number from 1 to 100.');
  await hands.fill('Events per batch', '20');
  await hands.fill('Messages per second', '250');
  await hands.fill('Webhook endpoints', '3');
  await hands.press('Save limits');
  await hands.sees('The limits are saved.');
  const { settings } = await owner.ask('GET', `/apps/${app.id}`);
  assert.deepEqual(
    [settings.max_batch_events, settings.max_messages_per_second, settings.max_webhook_endpoints],
    [20, 250, 3],
  );
});

test('what is used appears in figures and as a file for a spreadsheet', async () => {
  await serverOf(app).trigger('ticks', 'tick', {});
  await section('Usage');
  await page.locator('canvas').first().waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
  const lines = fs.readFileSync(await download.path(), 'utf8').trim().split(/\r?\n/);
  assert.match(lines[0], /connections/);
  assert.ok(lines.length > 1, lines.join('\n'));
  await page.getByRole('button', { name: 'Connections as a table' }).click();
  await page.getByRole('region', { name: 'Connections: table' }).getByRole('table').waitFor();
});

test('the overview draws it, for another time as well', async () => {
  await section('Overview');
  await page.locator('canvas').first().waitFor();
  await page.getByText('24 hours', { exact: true }).click();
  await page.waitForURL(/range=24h/);
});

test('disabling asks first, and then closes connections', async () => {
  await section('Settings');
  const closed = new Promise((resolve) => client.connection.bind('disconnected', resolve));
  await hands.press('Disable app');
  await hands.press('Disable app', hands.dialog());
  await hands.sees('The app is disabled: connections');
  await closed;
  await hands.press('Enable app');
  await hands.sees('The app is enabled');
});

test('the app is deleted only after its name is typed', async () => {
  await hands.press('Delete app');
  const confirm = hands.dialog().getByRole('button', { name: 'Delete app' });
  assert.equal(await confirm.isDisabled(), true);
  await screenshot(page, 'delete-app-dialog');
  await hands.dialog().getByRole('textbox').fill('Pendulum');
  await confirm.click();
  await hands.sees('Create your first app');
});

test('nobody complained to the console', () => {
  assert.deepEqual(owner.complaints, []);
});
