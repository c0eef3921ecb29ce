// Without a mouse: to the content, to the main action, into a dialog and out of it again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './chromium.js';
import { handsOn } from './hands.js';
import { createApp, signUp } from './people.js';

let browser;
let owner;
let page;
let hands;
let app;

before(async () => {
  browser = await launch();
  owner = await signUp(browser, 'Typewriters');
  app = await createApp(owner, 'Carriage');
  ({ page } = owner);
  hands = handsOn(page);
});

after(() => browser?.close());

const focused = () => page.evaluate(() => document.activeElement?.textContent || document.activeElement?.getAttribute('aria-label'));

/** Presses Tab until what is focused is called so. */
async function tabTo(name, most = 40) {
  for (let turn = 0; turn < most; turn += 1) {
    await page.keyboard.press('Tab');
    if ((await focused())?.trim() === name) return;
  }
  assert.fail(`${name} is not among the first ${most}`);
}

test('the first key leads past the header to the content', async () => {
  await page.goto('/dashboard/apps');
  await page.getByRole('link', { name: /Carriage/ }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  await tabTo('Create app', 3);
});

test('an app is made by keys alone', async () => {
  await page.keyboard.press('Enter');
  await hands.dialog().getByLabel('Name').waitFor();
  await page.locator(':focus').and(page.getByLabel('Name')).waitFor();
  await page.keyboard.type('Ribbon');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Ribbon', level: 1 }).waitFor();
});

test('a dialog keeps the focus, Escape closes it, and the focus is where it was', async () => {
  await page.goto(`${app.path}/keys`);
  await hands.card('default').waitFor();
  await tabTo('Create key');
  await page.keyboard.press('Enter');
  const field = hands.dialog().getByLabel('Label');
  await page.locator(':focus').and(field).waitFor();
  for (let turn = 0; turn < 8; turn += 1) {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.closest('[role="dialog"]') !== null), true);
  }
  await page.keyboard.press('Escape');
  await hands.gone(hands.dialog());
  await page.locator(':focus').and(page.getByRole('button', { name: 'Create key' })).waitFor();
});

test('a menu opens, moves and closes by keys', async () => {
  const account = page.getByRole('button', { name: /^Account of/ });
  await account.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Your account' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.locator('[role="menuitem"]:focus').waitFor();
  await page.keyboard.press('Escape');
  await hands.gone(page.getByRole('menuitem', { name: 'Your account' }));
});

test('nobody complained to the console', () => {
  assert.deepEqual(owner.complaints, []);
});
