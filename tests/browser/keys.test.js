// The keys of an app: made, named, rotated while clients move over, revoked. Each test goes on where the one
// before it stopped.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot } from './chromium.js';
import { connect } from './clients.js';
import { handsOn } from './hands.js';
import { createApp, signUp } from './people.js';

let browser;
let owner;
let hands;
let app;
let client;

before(async () => {
  browser = await launch();
  owner = await signUp(browser, 'Locksmiths');
  app = await createApp(owner, 'Vault');
  client = await connect(app);
  hands = handsOn(owner.page);
  await owner.page.goto(`${app.path}/keys`);
});

after(async () => {
  client?.disconnect();
  await browser?.close();
});

const named = async (from, to) => {
  await hands.press(`Name ${from}`);
  await hands.fill('Label', to, hands.dialog());
  await hands.press('Save', hands.dialog());
  await hands.card(to).waitFor();
};

test('a key is made with a label', async () => {
  await hands.press('Create key');
  await hands.fill('Label', 'Night shift', hands.dialog());
  await hands.press('Create key', hands.dialog());
  await hands.sees('Never', hands.card('Night shift'));
});

test('a key gets another label', async () => {
  await named('Night shift', 'Day shift');
  await hands.gone(hands.card('Night shift'));
});

test('its secret is shown to who asks and hidden again', async () => {
  const secret = hands.card('Day shift').getByTestId('key-secret');
  assert.match(await secret.textContent(), /•+/);
  await hands.press('Reveal the secret of Day shift');
  await secret.filter({ hasText: /[0-9a-f]{40}/ }).waitFor();
  await hands.press('Hide the secret of Day shift');
  await secret.filter({ hasText: /•+/ }).waitFor();
});

test('a key that is in use is rotated, and its connections are counted down', async () => {
  await named('default', 'Front door');
  const old = owner.page.getByRole('article').filter({ hasText: app.key });
  await hands.sees('1 connection', old);
  await hands.press('Rotate Front door');
  await hands.choose('The old key goes on for', '7 days');
  await screenshot(owner.page, 'rotate-key-dialog');
  await hands.press('Rotate key', hands.dialog());
  await hands.sees('Being replaced', old);
  await hands.sees('1 connection is still on it', old);
  client.disconnect();
  await hands.sees('Nobody is connected with it any more', old);
});

test('revoking says first what it does, and then nothing opens the app with that key', async () => {
  const old = owner.page.getByRole('article').filter({ hasText: app.key });
  await old.getByRole('button', { name: /^Revoke/ }).click();
  const effects = hands.dialog().getByRole('list', { name: 'What revoking it does' });
  await hands.sees('2 other keys of this app go on.', effects);
  await screenshot(owner.page, 'revoke-key-dialog');
  await hands.press('Revoke key', hands.dialog());
  await hands.gone(old);
  assert.equal(await owner.page.getByRole('article').count(), 2);
});

test('nobody complained to the console', () => {
  assert.deepEqual(owner.complaints, []);
});
