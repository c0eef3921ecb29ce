import type { Role } from '../api/people-types';

/** What a role is called and lets one do. */
export const ROLE_TEXTS: Record<Role, { label: string; meaning: string }> = {
  owner: { label: 'Owner', meaning: 'May do everything, and alone may delete the organisation.' },
  admin: { label: 'Admin', meaning: 'Runs it: apps, people, tokens, limits.' },
  developer: { label: 'Developer', meaning: 'Builds with it: apps, keys, webhooks.' },
  support: { label: 'Support', meaning: 'Looks at apps and what happens in them, without what events hold.' },
  billing: { label: 'Billing', meaning: 'Sees usage and limits.' },
};
