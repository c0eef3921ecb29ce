// npm `sockjs-client` in Chromium over each of its transports, on a page of another origin.
import { after, before } from 'node:test';
import Pusher from 'pusher';
import { AppServer } from '../shared/app-server.js';
import { sockJs } from '../shared/cases/sockjs.js';
import { Users } from '../shared/client.js';
import { environment } from '../shared/environment.js';
import { SockJsUsers } from '../shared/sockjs-client.js';
import { launch } from './chromium.js';
import { open, publish, publishSockJs } from './page.js';

const FROM_ELSEWHERE = [
  'websocket',
  'xhr-streaming',
  'eventsource',
  'iframe-eventsource',
  'iframe-htmlfile',
  'xhr-polling',
  'iframe-xhr-polling',
  'jsonp-polling',
];
/** Those that need no frame of the platform's, because the page is the platform's. */
const FROM_HERE = ['htmlfile'];

const sockJsFile = 'sockjs-client/dist/sockjs.min.js';
const pusherFile = 'pusher-js-8/dist/web/pusher.min.js';
const appServer = new AppServer(Pusher);
publish(appServer, [{ file: pusherFile }]);
publishSockJs(appServer, sockJsFile);
let browser;

before(async () => {
  await appServer.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await appServer.stop();
});

/** Clients on a page that the first of them opens. */
function onPage(file, make, options) {
  let page;
  const hear = (...told) => clients.hear(...told);
  const command = async (...it) => (await (page ??= open(browser, appServer, file, hear, options)))(...it);
  const clients = make(command);
  return clients;
}

const users = onPage(pusherFile, (command) => new Users(appServer, command));
const sockets = onPage(sockJsFile, (command) => new SockJsUsers(command));
sockJs('sockjs-client in Chromium', { transports: FROM_ELSEWHERE, sockets, users, appServer });

// The browser believes so; the platform has no such page.
const home = { guestOf: `http://${environment.host}:${environment.port}` };
const atHome = onPage(sockJsFile, (command) => new SockJsUsers(command), home);
sockJs("sockjs-client in Chromium on a page of the platform's own origin", {
  transports: FROM_HERE,
  sockets: atHome,
  users,
  appServer,
});
