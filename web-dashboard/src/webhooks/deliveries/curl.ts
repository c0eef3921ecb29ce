import type { Headers } from '../../api/webhook-types';
import { shellQuote } from '../../format/shell-quote';

const LOCAL_URL = 'http://localhost:3000/hook';
/** Stands where the server keeps a value to itself. */
const MASK = '•••';
/** curl makes these itself. */
const OWN = ['host', 'content-length', 'connection', 'accept-encoding', 'transfer-encoding'];
/** Whatever else a name holds, curl might take for something other than a header. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** A command that posts the same request to the reader's own machine. */
export function curlCommand(headers: Headers, body: string): string {
  const sent = Object.entries(headers).filter(
    ([name, value]) => TOKEN.test(name) && !OWN.includes(name.toLowerCase()) && value !== MASK,
  );
  return [
    `curl -X POST ${LOCAL_URL}`,
    ...sent.map(([name, value]) => `-H ${shellQuote(`${name}: ${value}`)}`),
    `--data-raw ${shellQuote(body)}`,
  ].join(' \\\n  ');
}
