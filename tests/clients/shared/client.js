import { environment } from './environment.js';
import { Waiting } from './waiting.js';

const { key, host, port } = environment;
let count = 0;

/** Makes users with pusher-js, by way of an agent: `command(name, ...arguments)`. */
export class Users {
  #clients = new Map();
  #command;
  #options;

  /** `options` are further ones of pusher-js, for all its clients. */
  constructor(appServer, command, options = {}) {
    this.appServer = appServer;
    this.#command = command;
    this.#options = options;
  }

  /** What the agent tells. */
  hear(client, topic, payload) {
    this.#clients.get(client)?.topic(topic).push(payload);
  }

  /** A client that has begun to connect; `options` say what it does otherwise than all. */
  async open(params = {}, options = {}) {
    const client = new Client((count += 1), this.#command);
    this.#clients.set(client.id, client);
    const { origin } = this.appServer;
    const { key: ownKey = key, ...own } = options;
    await client.do('connect', ownKey, {
      cluster: 'main',
      wsHost: host,
      wsPort: port,
      wssPort: port,
      httpHost: host,
      httpPort: port,
      httpsPort: port,
      forceTLS: false,
      enabledTransports: ['ws'],
      channelAuthorization: { endpoint: `${origin}/pusher/auth`, transport: 'ajax', params },
      userAuthentication: { endpoint: `${origin}/pusher/user-auth`, transport: 'ajax', params },
      ...this.#options,
      ...own,
    });
    return client;
  }

  /** A connected client; `params` go to the app server, e.g. `{ user: 'alice' }`. */
  async connect(params, options) {
    const client = await this.open(params, options);
    client.socketId = await client.next('connected');
    return client;
  }

  async disconnectAll() {
    for (const client of this.#clients.values()) await client.do('disconnect');
  }
}

class Client {
  #topics = new Map();
  #command;

  constructor(id, command) {
    this.id = id;
    this.#command = command;
  }

  do(name, ...args) {
    return this.#command(name, this.id, ...args);
  }

  topic(name) {
    if (!this.#topics.has(name)) this.#topics.set(name, new Waiting());
    return this.#topics.get(name);
  }

  next(topic, fits) {
    return this.topic(topic).next(`${topic} of client ${this.id}`, fits);
  }

  /** Rejects with the error's data when the subscription is refused. */
  async subscribe(name) {
    const answers = ['pusher:subscription_succeeded', 'pusher:subscription_error'];
    await this.do('subscribe', name);
    const { event, data } = await this.next(name, (it) => answers.includes(it.event));
    if (event === 'pusher:subscription_error') throw Object.assign(new Error('refused'), data);
    return new Subscription(this, name);
  }

  unsubscribe(name) {
    return this.do('unsubscribe', name);
  }

  disconnect() {
    return this.do('disconnect');
  }

  /** The name of the transport that connected. */
  transport() {
    return this.do('transport');
  }

  /** Signs in as the user of its params and returns what the platform confirmed. */
  async signIn() {
    await this.do('signIn');
    return JSON.parse((await this.next('sign-in')).user_data);
  }
}

class Subscription {
  #client;

  constructor(client, name) {
    this.#client = client;
    this.name = name;
  }

  /** The data of the next such event. */
  async next(event) {
    return (await this.#client.next(this.name, (it) => it.event === event)).data;
  }

  /** Events that came and nobody waited for. */
  get left() {
    return this.#client.topic(this.name).left.map(({ event }) => event);
  }

  /** Who sent the next `client-greeting`. */
  sender() {
    return this.#client.next(`sender on ${this.name}`);
  }

  trigger(event, data) {
    return this.#client.do('trigger', this.name, event, data);
  }

  members() {
    return this.#client.do('members', this.name);
  }

  member(id) {
    return this.#client.do('member', this.name, id);
  }

  subscriptionCount() {
    return this.#client.do('subscriptionCount', this.name);
  }
}
