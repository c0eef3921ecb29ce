// A tenant's server for webhooks: keeps what it is sent and answers as it is told to.
import http from 'node:http';
import { eventually } from './environment.js';

export async function startReceiver() {
  const received = [];
  const answer = { status: 200, body: 'thanks' };
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    response.writeHead(answer.status, { 'Content-Type': 'text/plain' }).end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/hooks`,
    answer: (status, body) => Object.assign(answer, { status, body }),
    received: (fits) => eventually(() => received.find(fits)),
    close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))),
  };
}
