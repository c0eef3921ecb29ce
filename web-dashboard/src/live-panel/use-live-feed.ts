import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer, useState } from 'react';
import type { ApiError } from '../api/api-error';
import { liveUrl } from '../api/apps';
import { followStream } from '../api/follow-stream';
import { queryKeys } from '../api/query-keys';
import { parseActivity, parseSampled, parseSnapshot } from './activity';
import { initialLiveState, liveReducer, type FeedItem } from './live-state';
import { useWatched } from './use-watched';

/** A busy app can send more lines than are worth drawing one by one. */
const FLUSH_MS = 100;
/** Long enough to try the code in the next tab and find its steps ticked. */
const LINGER_MS = 30_000;

/** Follows an app's activity while the component is on the page and the page in view. */
export function useLiveFeed(appId: string) {
  const [state, dispatch] = useReducer(liveReducer, initialLiveState);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const client = useQueryClient();
  const isWatched = useWatched(LINGER_MS);

  useEffect(() => {
    if (!isWatched) return undefined;
    let flushTimer: number | undefined;
    let waiting: FeedItem[] = [];

    const flush = () => {
      window.clearTimeout(flushTimer);
      flushTimer = undefined;
      if (waiting.length > 0) dispatch({ type: 'activity', items: waiting });
      waiting = [];
    };
    const enqueue = (item: FeedItem | null) => {
      if (item === null) return;
      waiting.push(item);
      flushTimer ??= window.setTimeout(flush, FLUSH_MS);
    };
    const leave = followStream(liveUrl(appId), {
      opened: () => dispatch({ type: 'opened' }),
      dropped: () => dispatch({ type: 'dropped' }),
      refused: (reason) => {
        setRefusal(reason);
        if (reason?.isSignedOut) void client.invalidateQueries({ queryKey: queryKeys.session });
      },
      messages: {
        snapshot: (data) => {
          // Lines that came before the count are part of it already.
          flush();
          const snapshot = parseSnapshot(data);
          if (snapshot !== null) dispatch({ type: 'snapshot', snapshot });
        },
        activity: (data) => enqueue(parseActivity(data)),
        sampled: (data) => {
          const sample = parseSampled(data);
          if (sample !== null) enqueue({ kind: 'sampled', at: Date.now(), ...sample });
        },
      },
    });
    return () => {
      leave();
      flush();
      dispatch({ type: 'dropped' });
    };
  }, [appId, client, isWatched]);

  return { ...state, refusal };
}
