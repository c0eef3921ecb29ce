import { shownTenant } from '../session/shown-tenant';
import { errorFromResponse, networkError } from './api-error';
import { recordCall } from './call-log';
import type { Answer, Inputs, Method, Path } from './operations';

const BASE = '/api/v1';

interface AnyInput {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/**
 * One call to the management API, by method and path as its document has them. The response type is trusted: client
 * and server are deployed together. Failures always arrive as ApiError.
 */
export async function request<M extends Method, P extends Path<M>>(
  method: M,
  path: P,
  ...[input]: Inputs<M, P>
): Promise<Answer<M, P>> {
  const given = (input ?? {}) as AnyInput;
  const url = fill(path, given);
  recordCall({ method, path: BASE + path, url, body: given.body });
  const response = await send(method, url, given.body);
  const payload = await readJson(response);
  if (!response.ok) {
    throw errorFromResponse(response.status, payload, response.headers.get('Retry-After'));
  }
  return payload as Answer<M, P>;
}

/** Where something is read, for what asks by itself: an EventSource, a download. */
export function address<P extends Path<'GET'>>(path: P, ...[input]: Inputs<'GET', P>): string {
  const url = fill(path, (input ?? {}) as AnyInput);
  recordCall({ method: 'GET', path: BASE + path, url });
  return url;
}

/** A path's names are replaced, each escaped; what is empty is no parameter. */
function fill(path: string, { path: names = {}, query = {} }: AnyInput): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names[name])));
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return BASE + filled + (given.length === 0 ? '' : `?${search}`);
}

async function send(method: Method, url: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const tenant = shownTenant();
  if (tenant !== null) headers['X-Campanile-Tenant'] = tenant;
  // The server takes unsafe methods only as JSON: a foreign form cannot send that.
  if (method !== 'GET') headers['Content-Type'] = 'application/json';
  try {
    return await fetch(url, {
      method,
      headers,
      credentials: 'same-origin',
      body: body !== undefined || method === 'POST' || method === 'PATCH' ? JSON.stringify(body ?? {}) : undefined,
    });
  } catch {
    throw networkError();
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => '');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
