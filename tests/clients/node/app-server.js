// What a tenant's own server does: authorizes channels and receives webhooks. A few lines of stock
// library, which is the point.
import http from 'node:http';
import Pusher from 'pusher';
import { environment } from '../shared/environment.js';
import { Waiting } from '../shared/waiting.js';

const { appId, key, secret, host, port, webhookPort } = environment;

/** The stock server library. */
export const server = new Pusher({ appId, key, secret, host, port: String(port), useTLS: false });

class AppServer {
  /** Every webhook event that came with a valid signature, in order. */
  webhookEvents = new Waiting();
  /** Every webhook request as it came: `{ headers, rawBody }`. */
  webhookRequests = new Waiting();
  invalidWebhooks = 0;
  #http = http.createServer((request, response) => void this.#answer(request, response));

  start() {
    return new Promise((resolve) => this.#http.listen(webhookPort, '127.0.0.1', resolve));
  }

  stop() {
    this.#http.closeAllConnections();
    return new Promise((resolve) => this.#http.close(resolve));
  }

  get authEndpoint() {
    return `http://127.0.0.1:${webhookPort}/pusher/auth`;
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (request.url === '/webhooks') return this.#receive(request, body, response);
    return authorize(new URLSearchParams(body), response);
  }

  #receive(request, rawBody, response) {
    this.webhookRequests.push({ headers: request.headers, rawBody });
    const webhook = server.webhook({ headers: request.headers, rawBody });
    if (!webhook.isValid()) {
      this.invalidWebhooks += 1;
      return response.writeHead(401).end();
    }
    webhook.getEvents().forEach((event) => this.webhookEvents.push(event));
    return response.writeHead(200).end();
  }
}

/** `user` says who connects; channels called `…forbidden` are refused. */
function authorize(form, response) {
  const channel = form.get('channel_name');
  if (channel.endsWith('forbidden')) return response.writeHead(403).end('Forbidden');
  const user = form.get('user');
  const presence = { user_id: user, user_info: { name: `Name of ${user}` } };
  const isPresence = channel.startsWith('presence-');
  const answer = server.authorizeChannel(form.get('socket_id'), channel, isPresence ? presence : undefined);
  return response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
}

export const appServer = new AppServer();
