// npm `pusher-js` 8 and 7 in Chromium, the plain builds and those with encryption, against a platform
// that is told by the environment; `with-platform` provides it.
import { after, before } from 'node:test';
import Pusher from 'pusher';
import { AppServer } from '../shared/app-server.js';
import { pusherJs } from '../shared/cases/index.js';
import { Users } from '../shared/client.js';
import { launch } from './chromium.js';
import { open, publish } from './page.js';

const builds = [8, 7].flatMap((version) => [
  { label: `pusher-js ${version}`, file: `pusher-js-${version}/dist/web/pusher.min.js`, hasEncryption: false },
  {
    label: `pusher-js ${version} with encryption`,
    file: `pusher-js-${version}/dist/web/pusher-with-encryption.min.js`,
    hasEncryption: true,
  },
]);

const appServer = new AppServer(Pusher);
publish(appServer, builds);
let browser;

before(async () => {
  await appServer.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await appServer.stop();
});

for (const { label, file, hasEncryption } of builds) {
  let page; // Opened by the first test that needs it.
  const hear = (...told) => users.hear(...told);
  const command = async (...it) => (await (page ??= open(browser, appServer, file, hear)))(...it);
  const users = new Users(appServer, command);
  pusherJs(label, { users, appServer, hasEncryption });
}
