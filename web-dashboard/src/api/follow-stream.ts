import type { ApiError } from './api-error';
import { mayPass, refusalOf } from './stream-refusal';

const RETRY_MS = [2_000, 5_000, 15_000, 30_000];

interface StreamListener {
  opened: () => void;
  dropped: () => void;
  /** Why it does not open; null when nothing speaks against it any more. */
  refused: (reason: ApiError | null) => void;
  /** What takes a message's data, by the message's name. */
  messages: Record<string, (data: string) => void>;
}

/** Follows a stream, also across failures that may pass, until the function that it returns is called. */
export function followStream(url: string, { opened, dropped, refused, messages }: StreamListener): () => void {
  const leaving = new AbortController();
  let source: EventSource | null = null;
  let retryTimer: number | undefined;
  let failures = 0;

  const closed = async () => {
    const reason = await refusalOf(url, leaving.signal);
    if (leaving.signal.aborted) return;
    refused(reason);
    if (reason !== null && !mayPass(reason)) return;
    retryTimer = window.setTimeout(connect, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  };
  const connect = () => {
    const stream = new EventSource(url);
    source = stream;
    stream.onopen = () => {
      failures = 0;
      refused(null);
      opened();
    };
    stream.onerror = () => {
      dropped();
      // After a broken connection the browser comes back by itself. After a
      // refusal it gives up and does not say why, so that case is ours.
      if (stream.readyState === EventSource.CLOSED) void closed();
    };
    for (const [name, take] of Object.entries(messages)) {
      stream.addEventListener(name, ({ data }: MessageEvent<string>) => take(data));
    }
  };

  connect();
  return () => {
    source?.close();
    leaving.abort();
    window.clearTimeout(retryTimer);
  };
}
