// Every screen is looked at: light, dark and on a phone; whether it shifts while it loads, keeps anybody out,
// complains, or asks another server for something.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { launch } from './chromium.js';
import { environment } from './environment.js';
import { furnish } from './furnished.js';
import { look, measureShifts } from './look.js';
import { linkMailedTo } from './mail.js';
import { grantOperator, signUp } from './people.js';
import { chart, drainScreen, guestScreens, heading, link, memberScreens, operatorScreens } from './screens.js';

/** Of scripts and styles, compressed, for the first page that somebody opens. */
const MOST_FIRST_LOAD_BYTES = 300 * 1024;

let browser;
let place;
let guest;

before(async () => {
  browser = await launch();
  place = await furnish(browser);
  guest = await browser.window();
  await Promise.all([measureShifts(place.context), measureShifts(guest.context)]);
});

after(async () => {
  await place?.close();
  await browser?.close();
});

async function tokens() {
  await place.ask('POST', '/password/forgotten', { email: place.email });
  return {
    reset: await linkMailedTo(place.email, 'reset-password'),
    invitation: await linkMailedTo('hedy@example.com', 'accept-invitation'),
  };
}

async function lookAtAll({ page, complaints }, screens, t) {
  for (const screen of screens) {
    await t.test(screen[0], async () => {
      complaints.length = 0;
      assert.deepEqual([...(await look(page, screen)), ...complaints], []);
      // Another fragment alone would not load the page anew.
      await page.goto('about:blank');
    });
  }
}

test('each screen for guests is sound', async (t) => lookAtAll(guest, guestScreens(await tokens()), t));

test('each screen for members is sound', async (t) => {
  const [{ connection }] = place.clients;
  await lookAtAll(place, memberScreens(place.app, place.webhook, connection.socket_id), t);
});

test('each screen for operators is sound', async (t) => {
  const operator = await signUp(browser, 'Belfry');
  await measureShifts(operator.context);
  await grantOperator(operator);
  const { tenant } = await place.ask('GET', '/me');
  const other = (await operator.ask('GET', '/me')).tenant.id;
  await operator.ask('POST', `/operator/tenants/${other}/suspend`, { reason: 'A rehearsal' });
  await operator.ask('POST', `/operator/tenants/${other}/resume`);
  await lookAtAll(operator, operatorScreens(tenant.id), t);
  const { nodes } = await operator.ask('GET', '/operator/nodes');
  await operator.ask('POST', `/operator/nodes/${nodes[0].id}/drain`, { connections_per_second: 1 });
  await lookAtAll(operator, [drainScreen], t);
  await operator.page.goto(drainScreen[1]);
  await drainScreen[2](operator.page).click();
  await operator.page.getByRole('button', { name: 'Drain this node', exact: true }).waitFor();
  await operator.context.close();
});

const firstPages = {
  'a guest': () => ['/dashboard/login', heading('Log in')],
  'somebody with apps': () => ['/dashboard/apps', link(/Market/), place.context],
  'a developer': () => [place.app.path, chart, place.context],
};

for (const [who, page] of Object.entries(firstPages)) {
  test(`the first page of ${who} is light`, async () => {
    const [address, ready, session] = page();
    const visitor = await browser.window({ storageState: await session?.storageState() });
    const bytes = await codeBytes(visitor.page, address, ready);
    await visitor.context.close();
    assert.ok(bytes > 0 && bytes <= MOST_FIRST_LOAD_BYTES, `${bytes} bytes`);
  });
}

/** Of the scripts and styles that a page loads, compressed. */
async function codeBytes(page, address, ready) {
  const code = [];
  page.on('response', (response) => {
    const isCode = ['script', 'stylesheet'].includes(response.request().resourceType());
    if (isCode && response.ok()) code.push(response);
  });
  await page.goto(address);
  await ready(page).waitFor();
  const bodies = await Promise.all(code.map((response) => response.body()));
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
}

test('a file that the browser has is not sent again: the answer ends with its head', async () => {
  const { headers } = await fetch(`${environment.url}/theme.js`);
  const answer = await rawAnswer(['GET /theme.js HTTP/1.1', `If-None-Match: ${headers.get('etag')}`, 'Accept-Encoding: gzip']);
  assert.match(answer, /^HTTP\/1\.1 304 /);
  assert.equal(answer.split('\r\n\r\n')[1], '');
});

/** All that comes on a connection: libraries leave out what must not be there, browsers stumble over it. */
function rawAnswer(lines) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(environment.port, environment.host);
    let text = '';
    socket.setEncoding('latin1').on('data', (part) => (text += part)).on('end', () => resolve(text)).on('error', reject);
    socket.write([...lines, `Host: ${environment.host}`, 'Connection: close', '', ''].join('\r\n'));
  });
}
