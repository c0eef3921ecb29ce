import secrets from 'virtual:api-secrets';
import type { Method } from './operations';

/** One call, as "View as API" shows it. */
export interface Call {
  method: Method;
  /** With names in place of values. */
  path: string;
  url: string;
  /** Without what is secret. */
  body?: unknown;
}

const HIDDEN = '<hidden>';

/** By what asks: a query of the cache. */
const asked = new WeakMap<object, Call[]>();
/** What was asked without a query, a stream for instance, by the page's path and the call's. */
const askedAside = new Map<string, Map<string, Call>>();
let asking: Call[] | undefined;
let change: Call | undefined;

/**
 * Runs what asks for a query's data. The calls that it begins with are the query's; further pages of a list are asked
 * for later, and would say nothing new.
 */
export function recordFor<T>(query: object, ask: () => T): T {
  asking = [];
  asked.set(query, asking);
  try {
    return ask();
  } finally {
    asking = undefined;
  }
}

/** Called before a request is sent. Nothing secret is kept. */
export function recordCall(call: Call): void {
  const kept = { ...call, body: withoutSecrets(call.body, secrets[`${call.method} ${call.path}`] ?? []) };
  if (asking !== undefined) asking.push(kept);
  else if (call.method === 'GET') aside().set(call.path, kept);
  else change = kept;
}

/** What one person did, or did for one organisation, is not for the next to read. */
export function forgetCalls(): void {
  change = undefined;
  askedAside.clear();
}

export const callsOf = (query: object): readonly Call[] => asked.get(query) ?? [];

export const callsAside = (): readonly Call[] => [...aside().values()];

/** The last one that was tried, on whatever page: forms often lead to another one. */
export const lastChange = () => change;

function aside(): Map<string, Call> {
  const page = window.location.pathname;
  const calls = askedAside.get(page) ?? new Map<string, Call>();
  askedAside.set(page, calls);
  return calls;
}

function withoutSecrets(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, names));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    names.includes(name) ? hidden(member) : withoutSecrets(member, names),
  ]);
  return Object.fromEntries(members);
}

/** Names, of headers for instance, are no secret. */
function hidden(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return HIDDEN;
  return Object.fromEntries(Object.keys(value).map((name) => [name, HIDDEN]));
}
