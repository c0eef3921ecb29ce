// npm `laravel-echo` against a platform that is told by the environment; `with-platform` provides it.
import { after, before } from 'node:test';
import { application, disconnectAll } from './echoes.js';

before(() => application.start());
after(async () => {
  disconnectAll();
  await application.stop();
});

await import('./cases/channels.js');
await import('./cases/presence.js');
await import('./cases/whispers.js');
await import('./cases/users.js');
await import('./cases/webhooks.js');
