import { useEffect, useState } from 'react';

const isVisible = () => document.visibilityState !== 'hidden';

/**
 * Whether somebody may be looking: the tab is visible, or was `lingerMs` ago. An app has room for few streams, and a
 * browser without HTTP/2 for few requests: tabs that are left open must not hold them.
 */
export function useWatched(lingerMs: number): boolean {
  const [isWatched, setWatched] = useState(isVisible);
  useEffect(() => {
    let timer: number | undefined;
    const look = () => {
      window.clearTimeout(timer);
      if (isVisible()) setWatched(true);
      else timer = window.setTimeout(() => setWatched(false), lingerMs);
    };
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.clearTimeout(timer);
    };
  }, [lingerMs]);
  return isWatched;
}
