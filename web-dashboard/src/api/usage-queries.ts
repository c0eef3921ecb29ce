import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { queryKeys } from './query-keys';
import { fetchLimits, fetchUsage, type UsageSpan } from './usage';

/** Figures are exact up to some seconds ago; asking more often would show nothing new. */
const REFRESH_MS = 10_000;

export function useUsage(appId: string | null, span: UsageSpan) {
  return useQuery({
    // Below the apps, so that it goes with them when somebody else logs in.
    queryKey: [...queryKeys.apps, appId ?? 'all', 'usage', span],
    queryFn: () => fetchUsage(appId, span),
    refetchInterval: REFRESH_MS,
    // Another range takes the place of this one: the page does not jump in between.
    placeholderData: keepPreviousData,
  });
}

export function useLimits() {
  return useQuery({
    queryKey: [...queryKeys.apps, 'all', 'limits'],
    queryFn: fetchLimits,
    refetchInterval: REFRESH_MS,
  });
}
