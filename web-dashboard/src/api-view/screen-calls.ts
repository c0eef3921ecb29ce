import type { QueryClient } from '@tanstack/react-query';
import operations from 'virtual:api-operations';
import { callsAside, callsOf, lastChange, type Call } from '../api/call-log';

/** What the frame around every screen asks. */
const FRAME = '/api/v1/me';

const METHODS = ['POST', 'PATCH', 'DELETE'] as const;

export const outlineOf = ({ method, path }: Call) => operations[`${method} ${path}`];

/** What the screen shows came from these: also what was asked before, and is still known. */
export function screenCalls(client: QueryClient): Call[] {
  const queries = client.getQueryCache().findAll({ type: 'active' });
  const calls = [...queries.flatMap(callsOf), ...callsAside()].filter(({ path }) => path !== FRAME);
  return [...new Map(calls.map((call) => [call.url, call])).values()];
}

/** The last change, where a program could make it as well. */
export function programmableChange(): Call | undefined {
  const change = lastChange();
  return change !== undefined && outlineOf(change)?.scope != null ? change : undefined;
}

/** What else a program may do at the addresses of these calls, but for what was just done. */
export function otherCalls(calls: readonly Call[], done: Call | undefined): Call[] {
  const places = new Map(calls.map((call) => [call.path, call.url.split('?')[0]!]));
  return [...places].flatMap(([path, url]) =>
    METHODS.map((method): Call => ({ method, path, url, body: operations[`${method} ${path}`]?.example })).filter(
      (call) => outlineOf(call)?.scope != null && !(call.method === done?.method && path === done.path),
    ),
  );
}
