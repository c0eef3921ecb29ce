import type { Session } from '../api/types';

/**
 * A session acts for one organisation, in all tabs at once; a tab goes on showing the one that it began with. Each
 * request says which one that is, and the server refuses what means another one than it acts for.
 */
let shown: string | null = null;
/** Whose pages this tab shows. */
let person: string | null = null;

const SWITCHED = 'campanile-tenant-switched';

export const shownTenant = () => shown;

/** Whether what the tab holds was fetched for somebody else, who has since left through another tab. */
export const isSomebodyElses = (session: Session) => session.user.id !== person;

/** What a fresh tab is told first, it shows. */
export function beginWith(session: Session | null): void {
  shown ??= session?.tenant?.id ?? null;
  person ??= session?.user.id ?? null;
}

/** Somebody has logged in or switched in this tab: it shows this session from now on. */
export function showSession({ user, tenant }: Session): void {
  shown = tenant?.id ?? null;
  person = user.id;
  try {
    localStorage.setItem(SWITCHED, String(Date.now()));
  } catch {
    // Without storage, other tabs learn of it with their next request.
  }
}

/** Nothing is shown yet. */
export function forgetTenant(): void {
  shown = null;
  person = null;
}

/** Calls back when another tab has switched; returns what ends that. */
export function onSwitchElsewhere(callback: () => void): () => void {
  const listener = ({ key }: StorageEvent) => {
    if (key === SWITCHED) callback();
  };
  window.addEventListener('storage', listener);
  return () => window.removeEventListener('storage', listener);
}
