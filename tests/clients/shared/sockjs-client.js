import { environment } from './environment.js';
import { Waiting } from './waiting.js';

const { host, port } = environment;
let count = 0;

/** Makes clients with SockJS's own library, by way of an agent: `command(name, ...arguments)`. */
export class SockJsUsers {
  #clients = new Map();
  #command;

  constructor(command) {
    this.#command = command;
  }

  /** What the agent tells. */
  hear(client, topic, payload) {
    this.#clients.get(client)?.topics[topic].push(payload);
  }

  /** An open client; none of the `transports` means all. */
  async open(path, transports, ownPort = port) {
    const client = new SockJsClient((count += 1), this.#command);
    this.#clients.set(client.id, client);
    await this.#command('connect', client.id, `http://${host}:${ownPort}${path}`, { transports });
    client.transport = await client.topics.open.next(`${transports} to open`);
    return client;
  }
}

/** A client that speaks Pusher's messages itself. */
class SockJsClient {
  topics = { open: new Waiting(), message: new Waiting(), close: new Waiting() };
  #command;

  constructor(id, command) {
    this.id = id;
    this.#command = command;
  }

  say(message) {
    return this.#command('send', this.id, JSON.stringify(message));
  }

  /** The data of the next message of that name. */
  async next(name) {
    const text = await this.topics.message.next(`${name} of client ${this.id}`, (it) => JSON.parse(it).event === name);
    const { data } = JSON.parse(text);
    return typeof data === 'string' ? JSON.parse(data) : data;
  }

  async subscribe(channel, authorization = {}) {
    await this.say({ event: 'pusher:subscribe', data: { channel, ...authorization } });
    return this.next('pusher_internal:subscription_succeeded');
  }

  close() {
    return this.#command('close', this.id);
  }
}
