import { ROLES, type Role } from '../api/people-types';
import { useSession } from './use-session';

/**
 * Who may do what. The server has the last word; this spares people vain tries. A test holds it against the API's
 * document, so that the two cannot part.
 */
export const RIGHTS = {
  viewApps: ['owner', 'admin', 'developer', 'support'],
  manageApps: ['owner', 'admin', 'developer'],
  deleteApps: ['owner', 'admin'],
  manageKeys: ['owner', 'admin', 'developer'],
  revealSecrets: ['owner', 'admin', 'developer'],
  sendEvents: ['owner', 'admin', 'developer'],
  viewActivity: ['owner', 'admin', 'developer', 'support'],
  viewPayloads: ['owner', 'admin', 'developer'],
  manageConnections: ['owner', 'admin', 'developer'],
  viewWebhooks: ['owner', 'admin', 'developer', 'support'],
  manageWebhooks: ['owner', 'admin', 'developer'],
  listen: ['owner', 'admin', 'developer'],
  viewUsage: ['owner', 'admin', 'developer', 'support', 'billing'],
  manageLimits: ['owner', 'admin'],
  viewTeam: ['owner', 'admin', 'developer', 'support', 'billing'],
  manageTeam: ['owner', 'admin'],
  manageTokens: ['owner', 'admin', 'developer'],
  viewAudit: ['owner', 'admin'],
  manageTenant: ['owner', 'admin'],
  deleteTenant: ['owner'],
} satisfies Record<string, Role[]>;

export type Right = keyof typeof RIGHTS;

const rights: Record<Right, readonly Role[]> = RIGHTS;

export function mayAs(role: Role | undefined, right: Right): boolean {
  return role !== undefined && rights[right].includes(role);
}

export function useRole(): Role | undefined {
  return useSession().data?.tenant?.role;
}

export const useMay = (right: Right) => mayAs(useRole(), right);

/** The roles that one in this role may give, change or take away. */
export function assignable(role: Role | undefined): Role[] {
  if (role === 'owner') return [...ROLES];
  return role === 'admin' ? ROLES.filter((other) => other !== 'owner') : [];
}

/** "owner or admin". */
export const holdersOf = (right: Right) => new Intl.ListFormat('en', { type: 'disjunction' }).format(rights[right]);
