// What a page of a Laravel application has: Laravel Echo with pusher-js.
import Echo from 'laravel-echo';
import Pusher from 'pusher';
import PusherJs from 'pusher-js';
import { AppServer } from '../shared/app-server.js';
import { environment } from '../shared/environment.js';
import { Waiting } from '../shared/waiting.js';

const { key, host, port } = environment;
const open = new Set();

/** The Laravel application; it broadcasts as Laravel does, by the HTTP API. */
export const application = new AppServer(Pusher);

/** A connected Echo; `params` go to the application, e.g. `{ user: 'alice' }`. */
export async function connect(params = {}, broadcaster = 'reverb') {
  const auth = { params };
  const echo = new Echo({
    broadcaster,
    Pusher: PusherJs,
    key,
    cluster: 'main',
    wsHost: host,
    wsPort: port,
    wssPort: port,
    forceTLS: false,
    enabledTransports: ['ws', 'wss'],
    authEndpoint: `${application.origin}/broadcasting/auth`,
    auth,
    userAuthentication: { endpoint: `${application.origin}/broadcasting/user-auth`, ...auth },
  });
  open.add(echo);
  const states = new Waiting();
  echo.connector.onConnectionChange((state) => states.push(state));
  await states.next('the connection', (state) => state === 'connected');
  return echo;
}

/** Waits until a channel of Echo is subscribed; rejects when it is refused. */
export async function subscribed(channel) {
  const answers = new Waiting();
  channel.subscribed(() => answers.push({})).error((error) => answers.push({ error }));
  const { error } = await answers.next(`the subscription to ${channel.name}`);
  if (error) throw Object.assign(new Error('refused'), error);
  return channel;
}

/** Collects what one of Echo's methods with a callback calls back with. */
export function heard(listen) {
  const calls = new Waiting();
  listen((...call) => calls.push(call));
  return {
    next: async (what) => (await calls.next(what))[0],
    get count() {
      return calls.left.length;
    },
  };
}

export function disconnectAll() {
  open.forEach((echo) => echo.disconnect());
}
