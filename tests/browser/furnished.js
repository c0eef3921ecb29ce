// An organisation in which every screen has something to show.
import { connect, serverOf } from './clients.js';
import { createApp, join, signUp } from './people.js';
import { startReceiver } from './receiver.js';

const SETTINGS = { client_events: true, subscription_count: true, watchlist: true };
const ROOMS = ['presence-lobby', 'private-orders', 'cache-weather', 'news'];

/** `close` ends what was started outside of the platform. */
export async function furnish(browser) {
  const receiver = await startReceiver();
  const owner = await signUp(browser, 'Town Square');
  const app = await createApp(owner, 'Market', SETTINGS);
  await addPeople(browser, owner);
  await addKeys(owner, app);
  const webhook = await addWebhook(owner, app, receiver);
  const clients = await addClients(app);
  await publish(app);
  await receiver.received(({ body }) => body.includes('news'));
  const close = async () => {
    clients.forEach((client) => client.disconnect());
    await receiver.close();
  };
  return { ...owner, app, webhook, clients, receiver, close };
}

async function addPeople(browser, owner) {
  const member = await join(browser, owner, 'grace@example.com', 'developer');
  await member.context.close();
  await owner.ask('POST', '/invitations', { email: 'hedy@example.com', role: 'support' });
  await owner.ask('POST', '/tokens', { name: 'Deployment', scopes: ['read', 'write'] });
}

async function addKeys(owner, app) {
  await owner.ask('PATCH', `/apps/${app.id}/keys/${app.keyId}`, { label: 'Website' });
  const { id } = await owner.ask('POST', `/apps/${app.id}/keys`, { label: 'Batch jobs' });
  await owner.ask('POST', `/apps/${app.id}/keys/${id}/rotate`, { expires_in: 86_400 });
}

const addWebhook = (owner, app, { url }) => owner.ask('POST', `/apps/${app.id}/webhooks`, { name: 'Ledger', url, event_types: ['channel_occupied', 'member_added'] });

async function addClients(app) {
  const people = [
    { user: 'ada', info: { name: 'Ada', team: 'Engines' } },
    { user: 'charles', info: { name: 'Charles', team: 'Mills' } },
  ];
  const signedIn = await Promise.all(people.map((person) => connect(app, { ...person, channels: ROOMS })));
  return [...signedIn, await connect(app, { channels: ['news'] })];
}

async function publish(app) {
  const server = serverOf(app);
  await server.trigger('cache-weather', 'changed', { sky: 'clear', celsius: 21 });
  await server.trigger('private-orders', 'order-placed', { id: 4711, items: [{ sku: 'bell', count: 2 }], total: '98.00' });
  await server.trigger('news', 'published', { title: 'The market is open' });
}
