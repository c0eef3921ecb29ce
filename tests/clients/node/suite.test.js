// The stock libraries of a tenant, npm `pusher` on its server and npm `pusher-js` at its users,
// against a platform that is told by the environment; `with-platform` provides it.
//
// One program, so that the app server listens from the first test to the last: a webhook endpoint
// that is away would be tried later and later.
import { after, before } from 'node:test';
import { appServer } from './app-server.js';
import { disconnectAll } from './browser.js';

before(() => appServer.start());
after(async () => {
  disconnectAll();
  await appServer.stop();
});

await import('./cases/publishing.js');
await import('./cases/authorization.js');
await import('./cases/presence.js');
await import('./cases/client-events.js');
await import('./cases/queries.js');
await import('./cases/verifiers.js');
await import('./cases/webhooks.js');
