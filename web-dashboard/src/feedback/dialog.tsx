import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useMemo } from 'react';

/**
 * A modal dialog in the middle. However it goes, the focus is not lost: the library itself gives it back only when
 * `opened` turns, not when the dialog is mounted open or unmounted.
 */
export function Dialog(props: ModalProps) {
  useReturnFocus(props.opened);
  return <Modal centered {...props} />;
}

function useReturnFocus(opened: boolean) {
  // While rendering: a menu that this was opened from may be gone in the same commit.
  const before = useMemo(() => (opened ? opener() : null), [opened]);
  useEffect(() => {
    if (!opened) return undefined;
    // After the dialog is gone, and not when something else has the focus by then.
    return () => void setTimeout(() => document.activeElement === document.body && giveBack(before));
  }, [opened, before]);
}

/** What had the focus; of an item of a menu, which goes with its menu, the menu's button. */
function opener(): HTMLElement | null {
  const { activeElement } = document;
  const menu = activeElement?.closest('[role="menu"]');
  const element = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : activeElement;
  return element instanceof HTMLElement ? element : null;
}

/** To the page's content if what had it went with the act, as the row of a revoked key. */
function giveBack(before: HTMLElement | null) {
  const isThere = before !== null && before !== document.body && before.isConnected;
  (isThere ? before : document.getElementById('content'))?.focus({ preventScroll: true });
}
