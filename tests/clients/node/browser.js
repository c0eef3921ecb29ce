// What a tenant's user has: pusher-js.
import PusherJs from 'pusher-js';
import { appServer } from './app-server.js';
import { environment } from '../shared/environment.js';
import { Waiting } from '../shared/waiting.js';

const { key, host, port } = environment;
const open = new Set();

/** A connected client of a user. */
export async function connect({ user = 'somebody', ...options } = {}) {
  const pusher = new PusherJs(key, {
    cluster: 'main',
    wsHost: host,
    wsPort: port,
    wssPort: port,
    httpHost: host,
    httpPort: port,
    httpsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: { endpoint: appServer.authEndpoint, transport: 'ajax', params: { user } },
    ...options,
  });
  open.add(pusher);
  const states = new Waiting();
  pusher.connection.bind('connected', () => states.push('connected'));
  await states.next('the connection');
  return pusher;
}

/**
 * Subscribes, and collects all that the channel tells from then on: `{ event, data }`.
 * Rejects when the subscription is refused.
 */
export async function subscribe(pusher, name) {
  const events = new Waiting();
  const channel = pusher.subscribe(name);
  channel.bind_global((event, data) => events.push({ event, data }));
  const isAnswer = ({ event }) => event === 'pusher:subscription_succeeded' || event === 'pusher:subscription_error';
  const answer = await events.next(`the subscription to ${name}`, isAnswer);
  if (answer.event === 'pusher:subscription_error') throw Object.assign(new Error('refused'), answer.data);
  return { channel, events, next: async (what) => (await events.next(what)).data };
}

export function disconnectAll() {
  open.forEach((pusher) => pusher.disconnect());
}
