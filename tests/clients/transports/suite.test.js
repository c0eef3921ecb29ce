// Stock clients in Node over everything that is no plain WebSocket: npm `pusher-js` 8 over its HTTP transports,
// and npm `sockjs-client`. Against a platform that is told by the environment; `with-platform` provides it.
import { after, afterEach, before, describe } from 'node:test';
import Pusher from 'pusher';
import PusherJs from 'pusher-js';
import SockJS from 'sockjs-client';
import { createAgent } from '../shared/agent.js';
import { AppServer } from '../shared/app-server.js';
import { fallback } from '../shared/cases/fallback.js';
import { handOver } from '../shared/cases/hand-over.js';
import { pusherJs } from '../shared/cases/index.js';
import { sockJs } from '../shared/cases/sockjs.js';
import { Users } from '../shared/client.js';
import { environment } from '../shared/environment.js';
import { Proxy } from '../shared/proxy.js';
import { createSockJsAgent } from '../shared/sockjs-agent.js';
import { SockJsUsers } from '../shared/sockjs-client.js';
import { behindProxies } from './cases/behind-proxies.js';
import { frame } from './cases/frame.js';
import { responses } from './responses.js';

const appServer = new AppServer(Pusher);

/** Users of pusher-js with these options. */
function pusherJsUsers(options) {
  const agent = createAgent(PusherJs, (...told) => users.hear(...told));
  const users = new Users(appServer, async (command, ...args) => agent[command](...args), options);
  return users;
}

const agent = createSockJsAgent(SockJS, (...told) => sockets.hear(...told));
const sockets = new SockJsUsers(async (command, ...args) => agent[command](...args));

before(() => appServer.start());
after(() => appServer.stop());

for (const transport of ['xhr_streaming', 'xhr_polling']) {
  const label = `pusher-js 8 over ${transport}`;
  const users = pusherJsUsers({ enabledTransports: [transport] });
  describe(label, () => {
    afterEach(() => users.disconnectAll());
    pusherJs(label, { users, appServer, hasEncryption: true });
    handOver(label, { users, appServer, responses: () => responses(transport, environment.port) });
  });

  describe(`${label} behind a proxy`, () => {
    const proxy = new Proxy();
    const options = { enabledTransports: [transport] };
    const users = pusherJsUsers(options);
    before(async () => {
      await proxy.start();
      options.httpPort = proxy.port;
    });
    after(() => {
      users.disconnectAll();
      proxy.stop();
    });
    handOver(`${label} behind a proxy`, { users, appServer, responses: () => responses(transport, proxy.port) });
  });
}

const users = pusherJsUsers({});
fallback('pusher-js 8 with all transports', { usersElsewhere: async () => users, appServer });
const transports = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'];
sockJs('sockjs-client', { transports, sockets, users, appServer });
behindProxies({ sockets });
frame();
