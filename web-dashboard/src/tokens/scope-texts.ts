import type { TokenScope } from '../api/tokens';

/** What each scope opens. A token can never do more than the person who made it. */
export const SCOPE_TEXTS: Record<TokenScope, string> = {
  read: 'See apps, activity, webhooks, usage, team and audit log',
  payloads: 'See what events hold',
  write: 'Make, change and delete apps, keys, webhooks and limits; disconnect clients',
  secrets: 'See the secrets of keys',
  publish: 'Send events as an app’s server',
  listen: 'Take webhooks to where a program runs',
};
