// What a tenant's own server does: authorizes channels, tells who a user is and receives webhooks.
// The library comes from the suite that uses this, so that it is the one its lockfile names.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { environment } from './environment.js';
import { Waiting } from './waiting.js';

const { appId, key, secret, host, port, webhookPort } = environment;

export class AppServer {
  /** Every webhook event that came with a valid signature, in order. */
  webhookEvents = new Waiting();
  invalidWebhooks = 0;
  /** Further answers, by path: `{ type, body }`. */
  files = new Map();
  #http = http.createServer((request, response) => void this.#answer(request, response));

  constructor(Pusher) {
    const encryptionMasterKeyBase64 = randomBytes(32).toString('base64');
    const options = { appId, key, secret, host, port: String(port), useTLS: false, encryptionMasterKeyBase64 };
    /** The stock server library. */
    this.library = new Pusher(options);
    /** The same with a secret that somebody guessed. */
    this.stranger = new Pusher({ ...options, secret: 'guessed' });
  }

  get origin() {
    return `http://127.0.0.1:${webhookPort}`;
  }

  start() {
    return new Promise((resolve) => this.#http.listen(webhookPort, '127.0.0.1', resolve));
  }

  stop() {
    this.#http.closeAllConnections();
    return new Promise((resolve) => this.#http.close(resolve));
  }

  /** The next webhook of that kind about that channel. */
  told(name, channel) {
    const fits = (event) => event.name === name && event.channel === channel;
    return this.webhookEvents.next(`the webhook ${name} of ${channel}`, fits);
  }

  async get(path, params = {}) {
    return (await this.library.get({ path, params })).json();
  }

  async #answer(request, response) {
    // Pages of other origins ask it too.
    response.setHeader('Access-Control-Allow-Origin', '*');
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (request.url === '/webhooks') return this.#receive(request, body, response);
    const file = this.files.get(request.url);
    if (file) return response.writeHead(200, { 'Content-Type': file.type }).end(file.body);
    const form = new URLSearchParams(body);
    if (request.url.endsWith('/user-auth')) return this.#signIn(form, response);
    if (request.url.endsWith('/auth')) return this.#authorize(form, response);
    return response.writeHead(404).end();
  }

  #receive(request, rawBody, response) {
    const webhook = this.library.webhook({ headers: request.headers, rawBody });
    if (!webhook.isValid()) {
      this.invalidWebhooks += 1;
      return response.writeHead(401).end();
    }
    webhook.getEvents().forEach((event) => this.webhookEvents.push(event));
    return response.writeHead(200).end();
  }

  /** `user` says who connects, digits are a number; channels called `…forbidden` are refused. */
  #authorize(form, response) {
    const channel = form.get('channel_name');
    if (channel.endsWith('forbidden')) return response.writeHead(403).end('Forbidden');
    const user = form.get('user') ?? '';
    const id = /^\d+$/.test(user) ? Number(user) : user;
    const member = { user_id: id, user_info: { name: `Name of ${user}` } };
    // Without a user it is the one who is signed in.
    const isMember = channel.startsWith('presence-') && user !== '';
    return json(response, this.library.authorizeChannel(form.get('socket_id'), channel, isMember ? member : undefined));
  }

  #signIn(form, response) {
    const id = form.get('signs_in_as');
    if (id === 'nobody') return response.writeHead(403).end('Forbidden');
    const watchlist = form.get('watchlist')?.split(',') ?? [];
    const user = { id, user_info: { name: `Name of ${id}` }, watchlist };
    const answer = this.library.authenticateUser(form.get('socket_id'), user);
    if (form.get('forged')) answer.auth = `${key}:${'0'.repeat(64)}`;
    return json(response, answer);
  }
}

function json(response, value) {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
