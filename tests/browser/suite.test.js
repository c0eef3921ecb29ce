// The tour that a newcomer takes: sign up, create an app, run what the dashboard prints. One test per
// step; each goes on where the one before it stopped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot } from './chromium.js';
import { environment } from './environment.js';
import { answerForCdn, runProgram, serveSite } from './printed.js';

const account = { email: 'ada@example.com', password: 'a long enough password' };

let browser;
let window;
let page;
let site;
let visitor;

before(async () => {
  browser = await launch();
  window = await browser.window({ expected: [{ path: '/api/v1/signup', status: '422' }] });
  page = window.page;
});

after(async () => {
  await site?.close();
  await browser?.close();
});

/** Copies by the button, as a person does. */
async function copied(what) {
  await page.getByRole('button', { name: `Copy ${what}`, exact: true }).click();
  await page.getByRole('button', { name: 'Copied', exact: true }).first().waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

const done = (step) => page.locator(`[data-testid="live-${step}"][data-done="true"]`).waitFor();
const seenByVisitor = (text) => visitor.getByText(text).first().waitFor();

test('whoever is not logged in is asked to, and can sign up', async () => {
  await page.goto('/');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByRole('heading', { name: 'Create your account' }).waitFor();
  await screenshot(page, '1-sign-up');
});

test('a mistake is told beside its field', async () => {
  await page.getByLabel('Organisation').fill('Analytical Engines');
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.locator('[id$="-error"]').getByText('10').waitFor();
});

test('after signing up, the empty list says the next step', async () => {
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByText('Create your first app').waitFor();
  await screenshot(page, '2-no-apps');
});

test('a new app shows code with its key, this host and this port', async () => {
  await page.getByRole('link', { name: 'Create app' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Bell tower');
  await dialog.getByRole('button', { name: 'Create app' }).click();
  const snippet = await page.getByTestId('snippet-browser').textContent();
  assert.match(snippet, /new Pusher\('[0-9a-f]{20}'/);
  assert.ok(snippet.includes(`wsHost: '${environment.host}'`) && snippet.includes(`wsPort: ${environment.port}`), snippet);
  await page.getByTestId('live-stream').getByText('Live', { exact: true }).waitFor();
  await screenshot(page, '3-new-app');
});

test('the printed page connects and subscribes, and the live panel sees it', async () => {
  site = await serveSite(await copied('index.html'));
  visitor = await window.context.newPage();
  await answerForCdn(visitor);
  await visitor.goto(site.url);
  await seenByVisitor('Subscribed to my-channel');
  await Promise.all([done('connected'), done('subscribed')]);
});

test("the printed program's event arrives on the page and in the live panel", async () => {
  const program = await copied('trigger.cjs');
  const shown = await page.getByTestId('snippet-server-node').textContent();
  assert.ok(shown.includes('•'), 'the secret is masked until it is asked for');
  assert.equal(await runProgram('trigger.cjs', program), 'Sent my-event to my-channel');
  await seenByVisitor('my-event: {"message":"hello world"}');
  await done('received');
  await screenshot(visitor, '4-visitor');
  await screenshot(page, '5-live');
});

test('a test event from the dashboard arrives too', async () => {
  await page.getByRole('button', { name: 'Send a test event' }).click();
  await page.getByText('Reached 1 subscriber.').waitFor();
  await seenByVisitor('hello from the dashboard');
});

test('a revealed secret can be hidden again', async () => {
  const snippet = page.getByTestId('snippet-server-node');
  await page.getByRole('button', { name: 'Reveal secret' }).first().click();
  await snippet.filter({ hasText: /secret: '[0-9a-f]{40}'/ }).waitFor();
  await page.getByRole('button', { name: 'Hide secret' }).first().click();
  await snippet.filter({ hasText: /secret: '•+'/ }).waitFor();
});

test('a webhook endpoint is created, told, and shows what it was told', async () => {
  // The visitor's page is in front: what is behind it is drawn and polls once in a while only.
  await page.bringToFront();
  await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
  await page.getByRole('link', { name: 'Add endpoint' }).click();
  await page.getByLabel('URL').fill(`${site.url}hooks`);
  await page.getByRole('button', { name: 'Add endpoint' }).click();
  assert.match(await page.getByTestId('signing-secret').textContent(), /^whsec_/);
  await page.getByRole('button', { name: 'I have saved it' }).click();

  await visitor.evaluate(() => pusher.subscribe('another-channel'));
  const told = page.getByRole('row').filter({ hasText: 'another-channel' });
  await told.getByText('Delivered', { exact: true }).waitFor();
  await screenshot(page, '6-deliveries');
});

test('logging out closes the dashboard, logging in opens it again', async () => {
  await page.getByRole('button', { name: `Account of ${account.email}` }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.goto('/dashboard/apps');
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('link', { name: /Bell tower/ }).waitFor();
  await screenshot(page, '7-apps');
});

test('it fits a phone, and is dark where the system is', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('link', { name: /Bell tower/ }).click();
  await page.getByTestId('snippet-browser').waitFor();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} px wider than the phone`);
  await screenshot(page, '8-phone-dark');
});

test('nobody complained to the console', () => {
  assert.deepEqual(window.complaints, []);
});
