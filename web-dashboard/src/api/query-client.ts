import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { forgetTenant } from '../session/shown-tenant';
import { ApiError } from './api-error';
import { recordFor } from './call-log';
import { queryKeys } from './query-keys';

export function createQueryClient(): QueryClient {
  forgetTenant();
  // A session can end while a page is open. Whichever call notices first
  // clears it, and the signed-in layout then sends the person to log in.
  const onError = (error: Error) => {
    if (error instanceof ApiError && error.isSignedOut) client.setQueryData(queryKeys.session, null);
    // Switched in another tab or removed from the organisation meanwhile: the session knows where one is now.
    if (error instanceof ApiError && ['no_tenant', 'other_tenant'].includes(error.code)) void client.invalidateQueries({ queryKey: queryKeys.session });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Passwords, links' tokens and revealed secrets are in mutations: gone with whatever shows them.
      mutations: { gcTime: 0 },
      queries: {
        retry: shouldRetry,
        staleTime: 5_000,
        // Nothing is persisted: this is where every query's function is run.
        persister: (ask, context, query) => recordFor(query, () => ask(context)),
      },
    },
  });
  return client;
}

/** A refusal stays a refusal; only a fault on the way is tried again. */
function shouldRetry(failures: number, error: Error): boolean {
  return failures < 2 && error instanceof ApiError && error.isTransient;
}
