import { errorFromResponse, networkError } from './api-error';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

const BASE = '/api/v1';

/**
 * One call to the management API. The response type is trusted: client and
 * server are deployed together. Failures always arrive as ApiError.
 */
export async function request<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  const payload = await readJson(response);
  if (!response.ok) {
    throw errorFromResponse(response.status, payload, response.headers.get('Retry-After'));
  }
  return payload as T;
}

async function send(method: Method, path: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  // The server takes unsafe methods only as JSON: a foreign form cannot send that.
  if (method !== 'GET') headers['Content-Type'] = 'application/json';
  try {
    return await fetch(BASE + path, {
      method,
      headers,
      credentials: 'same-origin',
      body: method === 'POST' || method === 'PATCH' ? JSON.stringify(body ?? {}) : undefined,
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

/** Builds a path from segments, each escaped. */
export function path(...segments: string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}
