import { vi } from 'vitest';

export interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Call {
  method: string;
  path: string;
  body: unknown;
  contentType: string | null;
  /** The organisation that is meant. */
  tenant?: string;
}

/** Stands in for the management API: answers by "METHOD /path", records every call, and fails on a surprise. */
export function stubApi(answers: Record<string, Answer | (() => Answer)>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (input: string, init: RequestInit) => {
    const method = init.method ?? 'GET';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const sent = new Headers(init.headers);
    const tenant = sent.get('X-Campanile-Tenant') ?? undefined;
    calls.push({ method, path: input, body, contentType: sent.get('Content-Type'), tenant });
    const answer = answers[`${method} ${input}`];
    if (answer === undefined) throw new Error(`Unexpected call: ${method} ${input}`);
    const { status = 200, body: payload, headers } = typeof answer === 'function' ? answer() : answer;
    return new Response(payload === undefined ? null : JSON.stringify(payload), { status, headers });
  });
  return calls;
}

export const fieldError = (fields: Record<string, string>): Answer => ({
  status: 422,
  body: { error: { code: 'validation_failed', message: 'Some fields need attention.', fields } },
});
