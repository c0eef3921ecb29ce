// Clients of an app and its server, with the stock libraries.
import Pusher from 'pusher';
import PusherClient from 'pusher-js';
import { environment, PATIENCE_MS } from './environment.js';

/** The app's own server. */
export function serverOf({ id, key, secret }) {
  return new Pusher({ appId: id, key, secret, host: environment.host, port: environment.port, useTLS: false });
}

/**
 * A client that is connected, signed in as `user` if there is one, and subscribed to `channels`; in presence channels
 * it is `member`, of whom others know `info`.
 */
export async function connect(app, { user, member = user, info = {}, channels = [] } = {}) {
  const server = serverOf(app);
  const answer = (sign) => (params, done) => done(null, sign(params));
  const client = new PusherClient(app.key, {
    wsHost: environment.host,
    wsPort: environment.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    cluster: 'unused',
    userAuthentication: { customHandler: answer(({ socketId }) => server.authenticateUser(socketId, { id: user })) },
    channelAuthorization: {
      customHandler: answer(({ socketId, channelName }) =>
        server.authorizeChannel(
          socketId,
          channelName,
          channelName.startsWith('presence-') ? { user_id: member ?? socketId, user_info: info } : undefined,
        ),
      ),
    },
  });
  await told(client.connection, 'connected');
  if (user !== undefined) {
    const signedIn = told(client.connection, 'message', ({ event }) => event === 'pusher:signin_success');
    client.signin();
    await signedIn;
  }
  for (const channel of channels) await told(client.subscribe(channel), 'pusher:subscription_succeeded');
  return client;
}

/** Waits for an event that fits. */
function told(source, name, fits = () => true) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} never came`)), PATIENCE_MS);
    source.bind(name, (data) => fits(data) && (clearTimeout(timer), resolve(data)));
  });
}
