// What a person does with webhooks, from the first address to the last dead letter. One test per step; each
// goes on where the one before it stopped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Pusher from 'pusher-js';
import { launch, screenshot } from './chromium.js';
import { environment } from './environment.js';
import { startReceiver } from './receiver.js';

let browser;
let window;
let page;
let receiver;
let pusher;

before(async () => {
  receiver = await startReceiver();
  browser = await launch();
  window = await browser.window();
  page = window.page;
  await signUp();
  pusher = new Pusher(await createApp(), {
    wsHost: environment.host,
    wsPort: environment.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    cluster: 'unused',
  });
});

after(async () => {
  pusher?.disconnect();
  await browser?.close();
  await receiver?.close();
});

async function signUp() {
  await page.goto('/');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('Organisation').fill('Difference Engines');
  await page.getByLabel('E-mail').fill('charles@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByText('Create your first app').waitFor();
}

/** Makes an app and returns its key. */
async function createApp() {
  await page.getByRole('link', { name: 'Create app' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Mill');
  await page.getByRole('dialog').getByRole('button', { name: 'Create app' }).click();
  return /new Pusher\('(\w+)'/.exec(await page.getByTestId('snippet-browser').textContent())[1];
}

/** Something to be told of. */
const occupy = (channel) => pusher.subscribe(channel);
const open = (tab) =>
  page.getByRole('navigation', { name: 'Sections of this endpoint' }).getByRole('link', { name: tab }).click();
const press = (name, within = page) => within.getByRole('button', { name, exact: true }).click();
const row = (text) => page.getByRole('row').filter({ hasText: text });
const isNow = (state) => page.getByTestId('webhook-state').getByText(state, { exact: true }).waitFor();
const sees = (text, within = page) => within.getByText(text).first().waitFor();

/** Sets the delivery that blocks the queue aside. */
async function skip(channel) {
  await open('Queue');
  await page.getByRole('note').filter({ hasText: channel }).getByRole('button', { name: 'Skip' }).click();
  await press('Skip', page.getByRole('dialog'));
  await sees('The delivery is set aside, and its lane goes on.');
  await open('Dead letters');
  await row(channel).getByText('Dead letter', { exact: true }).waitFor();
}

test('an address is tried before it is saved', async () => {
  await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
  await page.getByRole('link', { name: 'Add endpoint' }).click();
  await page.getByLabel('URL').fill(receiver.url);
  receiver.answer(503, 'still closed');
  await press('Send test ping');
  const result = page.getByRole('region', { name: 'Result of the test' });
  await sees('This would be tried again', result);
  await sees('still closed', result);
  receiver.answer(200, 'thanks');
  await press('Send test ping');
  await sees('This counts as delivered.', result);
  const ping = await receiver.received(({ headers }) => headers['webhook-test'] === '1');
  assert.equal(ping.headers['content-type'], 'application/json');
  await screenshot(page, '10-new-endpoint');
});

test('a new endpoint shows its secret once, and then its deliveries', async () => {
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Loom');
  await press('Add endpoint');
  assert.match(await page.getByTestId('signing-secret').textContent(), /^whsec_/);
  await press('I have saved it');
  await page.getByRole('heading', { name: 'Loom' }).waitFor();
  await isNow('Nothing sent yet');
  occupy('lobby');
  await row('lobby').getByText('Delivered', { exact: true }).waitFor();
  await isNow('OK');
  assert.match(page.url(), /\/deliveries$/);
});

test('while it is paused events wait, and when it is resumed they are delivered', async () => {
  await press('Pause');
  await isNow('Paused');
  occupy('attic');
  await open('Queue');
  await sees('attic', page.getByRole('list', { name: 'Waiting events, in order' }));
  await press('Resume');
  await page.getByRole('heading', { name: 'Nothing is waiting' }).waitFor();
  await open('Deliveries');
  await row('attic').getByText('Delivered', { exact: true }).waitFor();
});

test('a delivery that fails shows every attempt', async () => {
  receiver.answer(500, 'out of yarn');
  occupy('cellar');
  await row('cellar').getByText('Retrying', { exact: true }).waitFor();
  await isNow('Retrying');
  await row('cellar').getByRole('link').click();
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  await press('Show request and answer of attempt 1', drawer);
  await sees('out of yarn', drawer);
  await sees('webhook-signature', drawer);
  await sees('Attempt 2', drawer);
  await screenshot(page, '11-delivery');
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
});

test('the queue shows what waits behind it, and it can be skipped', async () => {
  occupy('hall');
  await open('Queue');
  await sees('Blocked by one delivery');
  await sees('hall', page.getByRole('list', { name: 'Waiting events, in order' }));
  await screenshot(page, '12-queue');
  await skip('cellar');
  await screenshot(page, '13-dead-letters');
});

test('a dead letter is replayed', async () => {
  receiver.answer(200, 'thanks');
  await row('cellar').getByRole('button', { name: /^Replay/ }).click();
  const replay = await receiver.received(({ headers }) => headers['webhook-replay'] === '1');
  assert.ok(replay.body.includes('cellar'), replay.body);
  await page.getByRole('heading', { name: 'No dead letters' }).waitFor();
  await open('Deliveries');
  await row('cellar').getByText('Delivered', { exact: true }).waitFor();
  await row('hall').getByText('Delivered', { exact: true }).waitFor();
});

test('a dead letter is discarded', async () => {
  receiver.answer(500, 'out of yarn');
  occupy('drafts');
  await skip('drafts');
  await row('drafts').getByRole('button', { name: /^Discard/ }).click();
  await press('Discard', page.getByRole('dialog'));
  await page.getByRole('heading', { name: 'No dead letters' }).waitFor();
  receiver.answer(200, 'thanks');
  await open('Deliveries');
  await row('drafts').getByText('Discarded', { exact: true }).waitFor();
});

test('a delivery that arrived is replayed with the same id', async () => {
  await row('lobby').getByRole('link').click();
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  const id = await drawer.getByTestId('delivery-id').textContent();
  await press('Replay', drawer);
  await sees('Replay 1, attempt 1', drawer);
  const replay = await receiver.received(({ headers, body }) => headers['webhook-replay'] === '1' && body.includes('lobby'));
  assert.ok(id.includes(replay.headers['webhook-id']), id);
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
});

test('the verifier tells a request of ours from one that was changed', async () => {
  const { headers, body } = await receiver.received(({ body }) => body.includes('hall'));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  await open('Verify');
  await page.getByRole('textbox', { name: 'Headers' }).fill(lines.join('\n'));
  for (const [text, verdict] of [[body, 'Valid'], [`${body} `, 'Not valid']]) {
    await page.getByRole('textbox', { name: 'Body' }).fill(text);
    await press('Verify');
    for (const scheme of ['Pusher', 'Standard Webhooks']) {
      const region = page.getByRole('region', { name: `Verdict: ${scheme}` });
      await region.getByText(verdict, { exact: true }).waitFor();
    }
  }
  await screenshot(page, '14-verify');
});

test('its settings are changed', async () => {
  await open('Settings');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Jacquard loom');
  await page.getByRole('switch', { name: 'Batching' }).click();
  await press('Save changes');
  await sees('The endpoint is saved.');
  await page.getByRole('heading', { name: 'Jacquard loom' }).waitFor();
  await page.reload();
  assert.equal(await page.getByRole('switch', { name: 'Batching' }).isChecked(), false);
});

test('the list says how each endpoint is, and all of it fits a phone', async () => {
  await page.getByRole('link', { name: 'Webhooks', exact: true }).first().click();
  await page.getByRole('article', { name: 'Jacquard loom' }).getByText('OK', { exact: true }).waitFor();
  await screenshot(page, '15-endpoints');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('link', { name: 'Jacquard loom' }).click();
  for (const tab of ['Deliveries', 'Dead letters', 'Queue', 'Verify', 'Settings']) {
    await open(tab);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${tab} is ${overflow} px wider than the phone`);
  }
});

test('nobody complained to the console', () => {
  assert.deepEqual(window.complaints, []);
});
