import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer, useState } from 'react';
import { parseActivity, parseSampled, parseSnapshot, type Activity } from '../activity/activity';
import type { ApiError } from '../api/api-error';
import { followStream } from '../api/follow-stream';
import { queryKeys } from '../api/query-keys';
import { useWatched } from '../live-panel/use-watched';
import { consoleReducer, initialConsole, ROW_LIMIT } from './console-state';

/** A busy app sends more than is worth drawing one by one. */
const FLUSH_MS = 150;
/** `sampled` comes once a second while it lasts. */
const SAMPLE_LASTS_MS = 2_500;
/** One works in another tab meanwhile, and comes back to see what it did. */
const LINGER_MS = 5 * 60_000;

/** Follows a stream of activities while the component is on the page and the page in view. */
export function useConsole(url: string) {
  const [state, dispatch] = useReducer(consoleReducer, initialConsole);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const client = useQueryClient();
  const isWatched = useWatched(LINGER_MS);

  useEffect(() => {
    if (!isWatched) return undefined;
    let flushTimer: number | undefined;
    let sampleTimer: number | undefined;
    let waiting: Activity[] = [];

    const flush = () => {
      window.clearTimeout(flushTimer);
      flushTimer = undefined;
      if (waiting.length > 0) dispatch({ type: 'arrived', activities: waiting });
      waiting = [];
    };
    const enqueue = (activity: Activity | null) => {
      if (activity === null) return;
      // A page in the background is seldom given its turn.
      if (waiting.length >= ROW_LIMIT) flush();
      waiting.push(activity);
      flushTimer ??= window.setTimeout(flush, FLUSH_MS);
    };
    const leave = followStream(url, {
      opened: () => dispatch({ type: 'opened' }),
      dropped: () => dispatch({ type: 'dropped' }),
      refused: (reason) => {
        setRefusal(reason);
        if (reason?.isSignedOut) void client.invalidateQueries({ queryKey: queryKeys.session });
      },
      messages: {
        snapshot: (data) => {
          const snapshot = parseSnapshot(data);
          if (snapshot !== null) dispatch({ type: 'snapshot', snapshot });
        },
        activity: (data) => enqueue(parseActivity(data)),
        sampled: (data) => {
          dispatch({ type: 'sampled', sample: parseSampled(data) });
          window.clearTimeout(sampleTimer);
          sampleTimer = window.setTimeout(() => dispatch({ type: 'sampled', sample: null }), SAMPLE_LASTS_MS);
        },
      },
    });
    return () => {
      leave();
      window.clearTimeout(flushTimer);
      window.clearTimeout(sampleTimer);
      dispatch({ type: 'dropped' });
    };
  }, [url, client, isWatched]);

  return { ...state, refusal, dispatch };
}
