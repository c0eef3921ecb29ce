import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error';
import { queryKeys } from './query-keys';

export function createQueryClient(): QueryClient {
  // A session can end while a page is open. Whichever call notices first
  // clears it, and the signed-in layout then sends the person to log in.
  const onError = (error: Error) => {
    if (error instanceof ApiError && error.isSignedOut) client.setQueryData(queryKeys.session, null);
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: { queries: { retry: shouldRetry, staleTime: 5_000 } },
  });
  return client;
}

/** A refusal stays a refusal; only a fault on the way is tried again. */
function shouldRetry(failures: number, error: Error): boolean {
  return failures < 2 && error instanceof ApiError && error.isTransient;
}
