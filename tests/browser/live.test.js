// Channels, connections and users of an app, as they are now, and the endpoint that authorizes them. Each test goes
// on where the one before it stopped.
import assert from 'node:assert/strict';
import http from 'node:http';
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
let ada;
let grace;
let endpoint;

before(async () => {
  browser = await launch();
  owner = await signUp(browser, 'Exchange', { expected: [{ path: /\/connections\/\d+\.\d+$/, status: '404' }] });
  app = await createApp(owner, 'Switchboard');
  ada = await connect(app, { user: 'ada', info: { name: 'Ada' }, channels: ['presence-hall', 'news'] });
  grace = await connect(app, { channels: ['news'] });
  endpoint = await startAuthEndpoint();
  ({ page } = owner);
  hands = handsOn(page);
});

after(async () => {
  ada?.disconnect();
  grace?.disconnect();
  endpoint?.close();
  await browser?.close();
});

const section = (name) =>
  page.getByRole('navigation', { name: 'Sections of this app' }).getByRole('link', { name, exact: true }).click();
const told = (source, event) => new Promise((resolve) => source.bind(event, resolve));

/** Signs what it is asked, or refuses where the address says so. */
async function startAuthEndpoint() {
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { socket_id, channel_name } = Object.fromEntries(new URLSearchParams(body));
    if (request.url === '/closed') return response.writeHead(403).end('Not you.');
    response.writeHead(200, { 'Content-Type': 'application/json' });
    return response.end(JSON.stringify(serverOf(app).authorizeChannel(socket_id, channel_name)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

test('the list of channels is filtered by how their names begin', async () => {
  await page.goto(`${app.path}/channels`);
  await hands.sees('2 subscriptions', hands.row('news'));
  await hands.sees('1 user', hands.row('presence-hall'));
  await hands.enter('Name begins with', 'pres');
  await page.waitForURL(/prefix=pres/);
  await hands.gone(hands.row('news'));
});

test('a channel shows its members, its subscribers and what happens', async () => {
  await page.getByRole('link', { name: 'presence-hall' }).click();
  await hands.sees('{"name":"Ada"}', page.getByRole('table', { name: 'Members' }));
  await page.getByRole('link', { name: ada.connection.socket_id }).first().waitFor();
  await serverOf(app).trigger('presence-hall', 'bell-rang', {});
  await hands.sees('bell-rang', page.getByRole('list', { name: 'Recent activity' }));
  const late = await connect(app, { user: 'late', channels: ['presence-hall'] });
  await hands.sees('late', page.getByRole('table', { name: 'Members' }));
  late.disconnect();
  await hands.gone(page.getByRole('table', { name: 'Members' }).getByText('late', { exact: true }));
});

test('a connection is found, and sent an event that nobody else gets', async () => {
  await section('Connections');
  await hands.enter('User id', 'ada');
  await page.waitForURL(/user_id=ada/);
  await hands.gone(page.getByRole('link', { name: grace.connection.socket_id }));
  await page.getByRole('link', { name: ada.connection.socket_id }).click();
  await hands.sees('presence-hall', page.getByRole('table', { name: 'Subscriptions' }));
  const others = [];
  grace.bind_global((event) => others.push(event));
  const came = told(ada.channel('news'), 'whisper');
  await hands.press('Send it an event');
  await hands.dialog().getByLabel('Channel').fill('news');
  await hands.dialog().getByLabel('Event name').fill('whisper');
  await screenshot(page, 'message-connection-dialog');
  await page.keyboard.press('Escape');
  await hands.dialog().getByRole('button', { name: 'Send', exact: true }).click();
  assert.deepEqual(await came, { message: 'hello' });
  const fence = told(grace.channel('news'), 'fence');
  await serverOf(app).trigger('news', 'fence', {});
  await fence;
  assert.equal(others.includes('whisper'), false);
});

test('a connection is disconnected, comes back with another id, and its page says how it ended', async () => {
  const before = ada.connection.socket_id;
  const back = told(ada.connection, 'connected');
  await hands.press('Disconnect');
  await screenshot(page, 'disconnect-dialog');
  await hands.press('Disconnect', hands.dialog());
  await hands.sees('Ended');
  await hands.seesHeading('How it ended');
  await back;
  assert.notEqual(ada.connection.socket_id, before);
});

test('all connections of a user are ended for good', async () => {
  await ada.user.signinDonePromise;
  await section('Users');
  const gone = told(ada.connection, 'disconnected');
  await hands.row('ada').getByRole('button', { name: 'Terminate' }).click();
  await hands.press('Terminate', hands.dialog());
  await gone;
  await hands.sees('Nobody is signed in');
});

test('the tester says of an endpoint whether clients could join, and why not', async () => {
  await section('Auth tester');
  await page.getByLabel('Address of the endpoint').fill(endpoint.url);
  await hands.press('Test endpoint');
  await hands.seesHeading('A client could join with this answer');
  await page.getByLabel('Address of the endpoint').fill(`${endpoint.url}/closed`);
  await hands.press('Test endpoint');
  await hands.seesHeading('A client could not join with this answer');
  await hands.sees('Not you.');
  await screenshot(page, 'auth-tester-refused', { fullPage: true });
});

test('nobody complained to the console', () => {
  assert.deepEqual(owner.complaints, []);
});
