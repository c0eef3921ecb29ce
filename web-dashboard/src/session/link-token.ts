import { useLocation } from 'react-router';

/** What a mail's link carries: after the '#', so that it is in no log. Null when it was cut short. */
export function useLinkToken(): string | null {
  const token = useLocation().hash.slice(1);
  return /^[0-9a-f]{64}$/.test(token) ? token : null;
}
