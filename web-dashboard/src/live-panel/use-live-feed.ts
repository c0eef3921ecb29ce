import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer } from 'react';
import { liveUrl } from '../api/apps';
import { queryKeys } from '../api/query-keys';
import { parseActivity, parseMissed, parseSnapshot } from './activity';
import { initialLiveState, liveReducer, type FeedItem, type LiveState } from './live-state';

/** A busy app can send more lines than are worth drawing one by one. */
const FLUSH_MS = 100;
const RETRY_MS = [2_000, 5_000, 15_000, 30_000];

/** Follows an app's activity for as long as the component is on the page. */
export function useLiveFeed(appId: string): LiveState {
  const [state, dispatch] = useReducer(liveReducer, initialLiveState);
  const client = useQueryClient();

  useEffect(() => {
    let source: EventSource | null = null;
    let retryTimer: number | undefined;
    let flushTimer: number | undefined;
    let failures = 0;
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

    const connect = () => {
      const stream = new EventSource(liveUrl(appId));
      source = stream;
      stream.onopen = () => {
        failures = 0;
        dispatch({ type: 'opened' });
      };
      stream.onerror = () => {
        dispatch({ type: 'dropped' });
        // After a broken connection the browser comes back by itself. After a
        // refusal it gives up, so that case is ours.
        if (stream.readyState !== EventSource.CLOSED) return;
        void client.invalidateQueries({ queryKey: queryKeys.session });
        retryTimer = window.setTimeout(connect, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
        failures += 1;
      };
      stream.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
        // Lines that came before the count are part of it already.
        flush();
        const snapshot = parseSnapshot(data);
        if (snapshot !== null) dispatch({ type: 'snapshot', snapshot });
      });
      stream.addEventListener('activity', ({ data }: MessageEvent<string>) => enqueue(parseActivity(data)));
      stream.addEventListener('lagged', ({ data }: MessageEvent<string>) =>
        enqueue({ kind: 'lagged', at: Date.now(), missed: parseMissed(data) }),
      );
    };

    connect();
    return () => {
      source?.close();
      window.clearTimeout(retryTimer);
      window.clearTimeout(flushTimer);
    };
  }, [appId, client]);

  return state;
}
