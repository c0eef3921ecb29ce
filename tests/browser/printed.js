// Runs what the dashboard prints, as it is printed: pages in a browser, programs in Node.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';

const here = import.meta.dirname;
/** Below `node_modules`, where a program finds the libraries that its reader would have installed. */
const programs = path.join(here, 'node_modules/.printed');
const pusherJs = path.join(here, 'node_modules/pusher-js/dist/web/pusher.min.js');

/** Runs a printed program and returns what it says. */
export async function runProgram(file, code) {
  fs.mkdirSync(programs, { recursive: true });
  const program = path.join(programs, file);
  fs.writeFileSync(program, code);
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
  return stdout.trim();
}

/** A tenant's site, of another origin than the dashboard: the printed page, and any address takes webhooks. */
export async function serveSite(code) {
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') return request.resume().on('end', () => response.writeHead(200).end('thanks'));
    if (request.url === '/favicon.ico') return response.writeHead(204).end();
    return response.writeHead(200, { 'Content-Type': 'text/html' }).end(code);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

/** The page loads the client from a public host; here its package answers for that host. */
export async function answerForCdn(page) {
  await page.route('https://js.pusher.com/**', (route) => route.fulfill({ path: pusherJs, contentType: 'text/javascript' }));
}
