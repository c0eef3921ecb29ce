import type { Headers } from '../../api/webhook-types';

export type ParsedHeaders = { headers: Headers } | { error: string };

/** Headers as they stand in a log: one "name: value" per line. A request line before them does no harm. */
export function parseHeaders(text: string): ParsedHeaders {
  const headers: Headers = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || /^[A-Z]+ \S+ HTTP\/\d/.test(line)) continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim();
    if (colon < 0 || name === '') return { error: `Line ${index + 1} is no header: a name, a colon and a value are needed.` };
    headers[name.toLowerCase()] = line.slice(colon + 1).trim();
  }
  if (Object.keys(headers).length === 0) return { error: 'Paste the headers of the request.' };
  return { headers };
}
