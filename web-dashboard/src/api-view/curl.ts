import type { Call } from '../api/call-log';
import { shellQuote } from '../format/shell-quote';

/** A command that makes the same call with a management token. */
export function curlCommand({ method, url, body }: Omit<Call, 'path'>, origin: string, streams = false): string {
  const isRead = method === 'GET';
  const carries = body !== undefined || method === 'POST' || method === 'PATCH';
  return [
    `curl ${streams ? '--no-buffer ' : ''}${shellQuote(origin + url)}`,
    ...(isRead ? [] : [`--request ${method}`]),
    '--header "Authorization: Bearer $CAMPANILE_TOKEN"',
    ...(isRead ? [] : [`--header 'Content-Type: application/json'`]),
    ...(carries ? [`--data-raw ${shellQuote(JSON.stringify(body ?? {}))}`] : []),
  ].join(' \\\n  ');
}
