// npm `pusher-js` 7 in Node, with npm `pusher` on the tenant's server, against a platform that is told
// by the environment; `with-platform` provides it.
//
// One program, so that the app server listens from the first test to the last: a webhook endpoint
// that is away would be tried later and later.
import { after, before } from 'node:test';
import Pusher from 'pusher';
import PusherJs from 'pusher-js';
import { createAgent } from '../shared/agent.js';
import { AppServer } from '../shared/app-server.js';
import { pusherJs } from '../shared/cases/index.js';
import { webhooks } from '../shared/cases/webhooks.js';
import { Users } from '../shared/client.js';

const appServer = new AppServer(Pusher);
const agent = createAgent(PusherJs, (...told) => users.hear(...told));
const users = new Users(appServer, async (command, ...args) => agent[command](...args));

before(() => appServer.start());
after(async () => {
  await users.disconnectAll();
  await appServer.stop();
});

pusherJs('pusher-js 7', { users, appServer, hasEncryption: true });
webhooks({ users, appServer });
