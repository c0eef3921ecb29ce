const DEFAULT_PATH = '/apps';

/** The login address that leads back to where the person wanted to go. */
export function loginPath(wanted: string): string {
  return wanted === '/' || wanted === DEFAULT_PATH ? '/login' : `/login?next=${encodeURIComponent(wanted)}`;
}

/**
 * Where to go after logging in. The value comes from the address bar, so only
 * paths on this site count: "//host" and "/\host" would leave it.
 */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next');
  return next !== null && /^\/(?![/\\])/.test(next) ? next : DEFAULT_PATH;
}
