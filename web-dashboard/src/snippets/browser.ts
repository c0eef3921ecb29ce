import { CHANNEL, CLUSTER, EVENT, quote, type Connection } from './connection';
import type { Snippet } from './snippet';

const PUSHER_JS = 'https://js.pusher.com/8.4/pusher.min.js';

type BrowserConnection = Omit<Connection, 'secret' | 'appId'>;

export function browserSnippets(connection: BrowserConnection): Snippet[] {
  return [htmlPage(connection), moduleScript(connection)];
}

/** `new Pusher(…)` with every address option the client has, so that nothing falls back to a foreign host. */
export function pusherJsOptions({ host, port, tls }: BrowserConnection, extra: string[] = []): string {
  return [
    '{',
    `  cluster: ${quote(CLUSTER)},`,
    `  wsHost: ${quote(host)},`,
    `  wsPort: ${port},`,
    `  wssPort: ${port},`,
    `  httpHost: ${quote(host)},`,
    `  httpPort: ${port},`,
    `  httpsPort: ${port},`,
    `  forceTLS: ${tls},`,
    ...extra.map((line) => `  ${line}`),
    '}',
  ].join('\n');
}

function clientCode(connection: BrowserConnection): string {
  return `const pusher = new Pusher(${quote(connection.key)}, ${pusherJsOptions(connection)});

function show(text) {
  const line = document.createElement('p');
  line.textContent = text;
  document.body.append(line);
  console.log(text);
}

pusher.connection.bind('state_change', (change) => show('Connection: ' + change.current));
pusher.connection.bind('error', (error) => show('Error: ' + JSON.stringify(error)));

const channel = pusher.subscribe(${quote(CHANNEL)});
channel.bind('pusher:subscription_succeeded', () => show('Subscribed to ${CHANNEL}'));
channel.bind(${quote(EVENT)}, (data) => show('${EVENT}: ' + JSON.stringify(data)));`;
}

function htmlPage(connection: BrowserConnection): Snippet {
  const code = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Realtime test</title>
    <script src="${PUSHER_JS}"></script>
  </head>
  <body>
    <h1>Waiting for ${EVENT} on ${CHANNEL}</h1>
    <script>
${indent(escapeForScript(clientCode(connection)), 6)}
    </script>
  </body>
</html>
`;
  return { id: 'html', label: 'HTML page', language: 'html', file: 'index.html', code, usesSecret: false };
}

function moduleScript(connection: BrowserConnection): Snippet {
  return {
    id: 'module',
    label: 'JavaScript module',
    language: 'js',
    file: 'realtime.js',
    install: 'npm install pusher-js',
    code: `import Pusher from 'pusher-js';\n\n${clientCode(connection)}\n`,
    usesSecret: false,
  };
}

/** Inside a page, a closing tag within a string would end the script. */
function escapeForScript(code: string): string {
  return code.replaceAll('</', '<\\/');
}

function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces));
}
