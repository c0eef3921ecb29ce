// What belongs to the organisation and to no app: tokens, the audit log, its name, its end. Each test goes on where
// the one before it stopped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot } from './chromium.js';
import { environment } from './environment.js';
import { handsOn } from './hands.js';
import { createApp, signUp } from './people.js';

let browser;
let owner;
let hands;
let page;
let token;

before(async () => {
  browser = await launch();
  owner = await signUp(browser, 'Harbour Board', { expected: [{ path: '/api/v1/me', status: '401' }] });
  await createApp(owner, 'Lighthouse');
  ({ page } = owner);
  hands = handsOn(page);
});

after(() => browser?.close());

const section = (name) =>
  page.getByRole('navigation', { name: 'Sections of this organisation' }).getByRole('link', { name, exact: true }).click();

const askedWithToken = (path) =>
  fetch(`${environment.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } }).then(({ status }) => status);

test('a token is shown once, and opens what its scopes say', async () => {
  await page.goto('/dashboard/organisation/tokens');
  await hands.press('Create token');
  await hands.fill('Name', 'Crane', hands.dialog());
  await screenshot(page, 'create-token-dialog');
  await hands.press('Create token', hands.dialog());
  token = await page.getByTestId('token').textContent();
  token = /cmt_\w+/.exec(token)[0];
  await hands.press('I have saved it');
  await hands.sees('never used', hands.card('Crane'));
  assert.equal(await askedWithToken('/apps'), 200);
  assert.equal((await page.content()).includes(token), false);
});

test('a revoked token opens nothing any more', async () => {
  await hands.press('Revoke Crane');
  await hands.press('Revoke token', hands.dialog());
  await hands.gone(hands.card('Crane'));
  assert.equal(await askedWithToken('/apps'), 401);
});

test('the audit log says who did what, and can be narrowed down', async () => {
  await section('Audit log');
  await hands.sees('Token deleted');
  await hands.choose('What', 'Token: any change');
  await hands.gone(page.getByText('App created'));
  assert.match(page.url(), /action=token/);
  const entry = hands.item('Token created');
  await entry.getByText('Token created').click();
  await hands.sees('127.0.0.1', entry);
  await hands.press('Clear');
  await hands.sees('App created');
});

test('the organisation is renamed', async () => {
  await section('Settings');
  await hands.fill('Organisation name', 'Harbour Trust');
  await hands.press('Save');
  await hands.sees('The organisation is renamed.');
  await page.getByRole('heading', { name: 'Harbour Trust', level: 1 }).waitFor();
});

test('it is deleted only after its name is typed', async () => {
  await hands.press('Delete organisation');
  const confirm = hands.dialog().getByRole('button', { name: 'Delete organisation' });
  await hands.dialog().getByRole('textbox').fill('Harbour Board');
  assert.equal(await confirm.isDisabled(), true);
  await hands.dialog().getByRole('textbox').fill('Harbour Trust');
  await confirm.click();
  await hands.seesHeading('You belong to no organisation');
  await screenshot(page, 'no-organisation', { fullPage: true });
});

test('nobody complained to the console', () => {
  assert.deepEqual(owner.complaints, []);
});
