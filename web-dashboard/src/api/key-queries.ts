import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { fetchImpact, labelKey, rotateKey } from './keys';
import { queryKeys } from './query-keys';

/** Asked anew each time: a confirmation must not rest on what was so a minute ago. */
export function useKeyImpact(appId: string, keyId: string) {
  return useQuery({
    queryKey: [...queryKeys.app(appId), 'keys', keyId, 'impact'],
    queryFn: () => fetchImpact(appId, keyId),
    refetchInterval: 5_000,
    staleTime: 0,
    gcTime: 0,
  });
}

function useChangeKey<T>(appId: string, change: (value: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.app(appId), exact: true }),
  });
}

export const useLabelKey = (appId: string, keyId: string) =>
  useChangeKey(appId, (label: string) => labelKey(appId, keyId, label));

export const useRotateKey = (appId: string, keyId: string) =>
  useChangeKey(appId, (expiresInSeconds: number) => rotateKey(appId, keyId, expiresInSeconds));
