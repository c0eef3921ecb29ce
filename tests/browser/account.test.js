// What is a person's own: what mails link to, password, sessions, second factor. Each test goes on where the one
// before it stopped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot } from './chromium.js';
import { handsOn } from './hands.js';
import { linkMailedTo } from './mail.js';
import { PASSWORD, signUp } from './people.js';
import { totp } from './totp.js';

const CHANGED = 'another long password';
const FORGOTTEN = 'a third long password';
const EXPECTED = [
  { path: '/api/v1/me/password', status: '422' }, // a wrong password
  { path: '/api/v1/login', status: '401' }, // the password from before
  { path: '/api/v1/login/second-factor', status: '422' }, // a wrong code
  { path: '/api/v1/me', status: '401' }, // after the session was ended
  { path: '/api/v1/me/sessions', status: '401' },
  { path: '/api/v1/password/reset', status: '410' }, // a link for the second time
];

let browser;
let person;
let elsewhere;
let hands;
let secret;

before(async () => {
  browser = await launch();
  person = await signUp(browser, 'Analytical Society', { expected: EXPECTED });
  elsewhere = await browser.window({ expected: EXPECTED });
  hands = handsOn(person.page);
});

after(() => browser?.close());

async function logIn({ page }, password) {
  await page.goto('/dashboard/login');
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

const isIn = ({ page }) => page.getByRole('button', { name: `Account of ${person.email}` }).waitFor();
const asksToLogIn = ({ page }) => page.getByRole('heading', { name: 'Log in', exact: true }).waitFor();

test('a session elsewhere is listed and can be ended', async () => {
  await logIn(elsewhere, PASSWORD);
  await isIn(elsewhere);
  await person.page.goto('/dashboard/account');
  const sessions = person.page.getByRole('list', { name: 'Sessions' });
  await hands.sees('this one', sessions);
  await sessions.getByRole('button', { name: /^End the session/ }).click();
  await hands.gone(sessions.getByRole('button', { name: /^End the session/ }));
  await elsewhere.page.goto('/dashboard/apps');
  await asksToLogIn(elsewhere);
});

test('a password is changed by who knows it, and ends all other sessions', async () => {
  await logIn(elsewhere, PASSWORD);
  await isIn(elsewhere);
  await hands.fill('Current password', 'not the password');
  await hands.fill('New password', CHANGED);
  await hands.press('Change password');
  await person.page.locator('[id$="-error"]').first().waitFor();
  await hands.fill('Current password', PASSWORD);
  await hands.press('Change password');
  await hands.sees('Your password is changed. All other sessions have ended.');
  await elsewhere.page.goto('/dashboard/apps');
  await asksToLogIn(elsewhere);
  await logIn(elsewhere, PASSWORD);
  await elsewhere.page.getByRole('alert').waitFor();
  await logIn(elsewhere, CHANGED);
  await isIn(elsewhere);
});

test('a second factor is set up with the password and a code', async () => {
  await hands.press('Set up');
  await hands.fill('Your password', CHANGED, hands.dialog());
  await hands.press('Go on', hands.dialog());
  await hands.dialog().getByRole('img', { name: /authenticator/ }).waitFor();
  secret = /[A-Z2-7]{16,}/.exec(await hands.dialog().textContent())[0];
  await screenshot(person.page, 'second-factor-dialog');
  await hands.fill('The code that it shows now', totp(secret), hands.dialog());
  await hands.press('Enable', hands.dialog());
  await hands.sees('They are not shown again.', hands.dialog());
  assert.equal(await hands.dialog().getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').count(), 10);
  await hands.press('I have saved them');
  await hands.sees('Enabled');
});

test('logging in then takes a code, and a wrong one is refused', async () => {
  await elsewhere.context.clearCookies();
  await logIn(elsewhere, CHANGED);
  const { page } = elsewhere;
  await page.getByLabel('Code').fill('000000');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.locator('[id$="-error"], [role="alert"]').first().waitFor();
  await screenshot(page, 'second-factor-login');
  await page.getByLabel('Code').fill(totp(secret, 1));
  await page.getByRole('button', { name: 'Go on' }).click();
  await isIn(elsewhere);
});

test('a forgotten password is set anew by the mailed link, which works once', async () => {
  await elsewhere.context.clearCookies();
  const { page } = elsewhere;
  await page.goto('/dashboard/login');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  const link = await linkMailedTo(person.email, 'reset-password');
  await page.goto(link);
  await page.getByLabel('New password').fill(FORGOTTEN);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
  await page.goto('about:blank');
  await page.goto(link);
  await page.getByLabel('New password').fill(FORGOTTEN);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
  await person.page.goto('/dashboard/account');
  await asksToLogIn(person);
});

test('nobody complained to the console', () => {
  assert.deepEqual([...person.complaints, ...elsewhere.complaints], []);
});
