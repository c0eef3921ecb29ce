// Counts the requests that pusher-js receives by, below its own hands.
import { subscribe } from 'node:diagnostics_channel';

const SEGMENTS = { xhr_streaming: '/xhr_streaming', xhr_polling: '/xhr' };
const counts = new Map();

subscribe('http.client.request.start', ({ request }) => {
  const [path] = request.path.split('?');
  const session = `${request.getHeader('host')}${path}`;
  counts.set(session, (counts.get(session) ?? 0) + 1);
});

/** Those of the busiest session so far that came in by that transport and port. */
export function responses(transport, port) {
  const fits = (session) => session.includes(`:${port}/`) && session.endsWith(SEGMENTS[transport]);
  return Math.max(0, ...[...counts].filter(([session]) => fits(session)).map(([, count]) => count));
}
