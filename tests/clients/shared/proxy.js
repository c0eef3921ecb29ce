// What stands between some users and the platform, and does not let everything through. It knows no
// upgrades: it hands such a request on as an ordinary one, as many do.
import http from 'node:http';
import https from 'node:https';
import { environment } from './environment.js';

const { host, port } = environment;
const HOP_BY_HOP = ['connection', 'upgrade', 'keep-alive'];

export class Proxy {
  /** Requests so far, as `METHOD /path`. */
  requests = [];
  #server;
  #obstruct;
  #underWay = new Set();

  /**
   * - `swallowsUpgrades`: they are never answered.
   * - `obstruct`: of a path, whether its answer is to be passed on (undefined), kept (`hold`) or thrown away
   *   together with the client's connection (`lose`).
   * - `tls`: what the proxy has to speak TLS with.
   */
  constructor({ swallowsUpgrades = false, obstruct = () => undefined, tls } = {}) {
    this.#obstruct = obstruct;
    const answer = (request, response) => this.#pass(request, response);
    this.#server = tls ? https.createServer(tls, answer) : http.createServer(answer);
    if (swallowsUpgrades) this.#server.on('upgrade', (_, socket) => socket.on('error', () => {}));
  }

  get port() {
    return this.#server.address().port;
  }

  start() {
    return new Promise((resolve) => this.#server.listen(0, host, resolve));
  }

  stop() {
    this.cut();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Breaks every answer off that has not ended. */
  cut() {
    this.#underWay.forEach((response) => response.destroy());
  }

  #pass(request, response) {
    this.requests.push(`${request.method} ${request.url}`);
    const { method, url: path } = request;
    const headers = { ...endToEnd(request.headers), host: `${host}:${port}` };
    const onward = http.request({ host, port, method, path, headers, agent: false });
    this.#underWay.add(response);
    response.on('close', () => {
      this.#underWay.delete(response);
      onward.destroy();
    });
    onward.on('error', () => response.destroy());
    onward.on('response', (answer) => this.#passBack(path, answer, response));
    request.pipe(onward);
  }

  #passBack(path, answer, response) {
    const obstruction = this.#obstruct(path);
    if (obstruction === 'hold') return answer.resume();
    if (obstruction === 'lose') return answer.resume().on('end', () => response.destroy());
    response.writeHead(answer.statusCode, endToEnd(answer.headers)).flushHeaders();
    answer.on('error', () => response.destroy());
    return answer.pipe(response);
  }
}

function endToEnd(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
