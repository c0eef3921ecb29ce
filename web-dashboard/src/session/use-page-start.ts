import { useEffect, useRef } from 'react';
import { NavigationType, useLocation, useNavigationType } from 'react-router';

/** A dialog or drawer with an address of its own is drawn over its page. */
const pageOf = (pathname: string) =>
  pathname.replace(/^\/apps\/new$/, '/apps').replace(/\/(deliveries|dead-letters)\/[^/]+$/, '/$1');

/**
 * Another page begins at its top, also for who reads it by keyboard or ear. Filters are no other page, and where
 * somebody was before they went back, the browser knows.
 */
export function usePageStart() {
  const page = pageOf(useLocation().pathname);
  const how = useNavigationType();
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    if (how !== NavigationType.Pop) window.scrollTo(0, 0);
    // A form that begins with its first input is at its start already.
    if (!(document.activeElement instanceof HTMLInputElement)) {
      document.getElementById('content')?.focus({ preventScroll: true });
    }
  }, [page, how]);
}
