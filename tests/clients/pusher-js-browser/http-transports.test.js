// npm `pusher-js` 8 in Chromium over its HTTP transports, on a page for which both the platform and the tenant's
// authorization are other origins; and where it has to find out by itself that there is no WebSocket.
import { after, afterEach, before, describe } from 'node:test';
import Pusher from 'pusher';
import selfsigned from 'selfsigned';
import { AppServer } from '../shared/app-server.js';
import { fallback } from '../shared/cases/fallback.js';
import { handOver } from '../shared/cases/hand-over.js';
import { pusherJs } from '../shared/cases/index.js';
import { Users } from '../shared/client.js';
import { launch } from './chromium.js';
import { open, publish } from './page.js';

const file = 'pusher-js-8/dist/web/pusher-with-encryption.min.js';
const appServer = new AppServer(Pusher);
publish(appServer, [{ file }]);
// The tenant's authorization is asked at 127.0.0.1.
const origin = appServer.origin.replace('127.0.0.1', 'localhost');
let browser;

before(async () => {
  await appServer.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await appServer.stop();
});

/** Users on a page of their own, with these options of pusher-js, and how to open that page. */
function usersOnPage(options, onRequest) {
  const hear = (...told) => users.hear(...told);
  let page; // Opened by the first command at the latest.
  const arrive = () => (page ??= open(browser, appServer, file, hear, { origin, onRequest }));
  const users = new Users(appServer, async (...it) => (await arrive())(...it), options);
  return { users, arrive };
}

for (const [transport, ending] of [['xhr_streaming', '/xhr_streaming'], ['xhr_polling', '/xhr']]) {
  const label = `pusher-js 8 in Chromium over ${transport}`;
  const counts = new Map();
  const { users } = usersOnPage({ enabledTransports: [transport] }, (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() === 'POST' && pathname.endsWith(ending)) counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
  });
  describe(label, () => {
    // Browsers keep six connections to a host at most.
    afterEach(() => users.disconnectAll());
    pusherJs(label, { users, appServer, hasEncryption: true });
    handOver(label, { users, appServer, responses: () => Math.max(0, ...counts.values()) });
  });
}

const { private: secret, cert } = selfsigned.generate([{ name: 'commonName', value: '127.0.0.1' }], { keySize: 2048 });
fallback('pusher-js 8 in Chromium with all transports', {
  appServer,
  tls: { key: secret, cert },
  usersElsewhere: async () => {
    const { users, arrive } = usersOnPage({});
    await arrive();
    return users;
  },
});
