import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { revealKey } from '../api/apps';

/**
 * A key's secret, fetched on demand. It lives in this component's memory only,
 * not in the query cache, so that leaving the page forgets it.
 */
export function useSecret(appId: string, keyId: string) {
  const [secret, setSecret] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const fetching = useMutation({ mutationFn: () => revealKey(appId, keyId), onSuccess: (answer) => setSecret(answer.secret) });

  /** The secret for the clipboard; does not show it. */
  const load = async () => secret ?? (await fetching.mutateAsync()).secret;

  const reveal = async () => {
    // A failure is reported through `error`.
    await load().then(() => setShown(true), () => undefined);
  };

  return {
    /** Null while it is to stay hidden. */
    shownSecret: shown ? secret : null,
    load,
    reveal,
    hide: () => setShown(false),
    pending: fetching.isPending,
    error: fetching.error,
  };
}

export type Secret = ReturnType<typeof useSecret>;
