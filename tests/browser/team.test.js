// People of an organisation: invited, accepted, in another role, gone. Each test goes on where the one before it
// stopped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot } from './chromium.js';
import { handsOn } from './hands.js';
import { linkMailedTo } from './mail.js';
import { createApp, join, PASSWORD, signUp } from './people.js';

const INVITED = 'emmy@example.com';

let browser;
let owner;
let guest;
let hands;

before(async () => {
  browser = await launch();
  owner = await signUp(browser, 'Guild Hall');
  await createApp(owner, 'Bellfry');
  guest = await browser.window();
  hands = handsOn(owner.page);
});

after(() => browser?.close());

test('somebody is invited by mail', async () => {
  await owner.page.goto('/dashboard/organisation/team');
  await hands.press('Invite');
  await hands.fill('E-mail', INVITED, hands.dialog());
  await screenshot(owner.page, 'invite-dialog');
  await hands.press('Send invitation', hands.dialog());
  await hands.sees(INVITED, owner.page.getByRole('list', { name: 'Invitations' }));
});

test('the second person accepts by the link, chooses a password and is in', async () => {
  const { page } = guest;
  await page.goto(await linkMailedTo(INVITED, 'accept-invitation'));
  await page.getByRole('heading', { name: 'Join Guild Hall' }).waitFor();
  await page.getByLabel('Choose a password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account and join' }).click();
  await page.getByRole('link', { name: /Bellfry/ }).waitFor();
});

test('a changed role is in force with the next request', async () => {
  await owner.page.reload();
  await hands.choose(`Role of ${INVITED}`, 'Support');
  await hands.sees(`${INVITED} is Support now.`);
  const { page } = guest;
  await page.reload();
  await page.getByRole('link', { name: /Bellfry/ }).click();
  await page.getByRole('link', { name: 'Keys', exact: true }).click();
  await page.getByText('Your role only looks').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Create key' }).count(), 0);
});

test('who only pays lands on what was used, and sees nothing of the apps', async () => {
  const payer = await join(browser, owner, 'pay@example.com', 'billing');
  await payer.page.goto('/dashboard');
  await payer.page.getByRole('heading', { name: 'Usage and limits' }).waitFor();
  await payer.page.getByRole('link', { name: 'Campanile' }).first().click();
  await payer.page.getByRole('heading', { name: 'Usage and limits' }).waitFor();
  await screenshot(payer.page, 'billing-landing', { fullPage: true });
  assert.deepEqual(payer.complaints, []);
});

test('who is removed is out with the next request', async () => {
  await hands.press(`Remove ${INVITED}`);
  await hands.press('Remove', hands.dialog());
  await hands.sees(`${INVITED} is removed.`);
  await guest.page.goto('/dashboard/apps');
  await guest.page.getByRole('heading', { name: 'You belong to no organisation' }).waitFor();
});

test('nobody complained to the console', () => {
  assert.deepEqual([...owner.complaints, ...guest.complaints], []);
});
