import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createApp, createKey, deleteApp, deleteKey, fetchApp, fetchApps, updateApp } from './apps';
import { queryKeys } from './query-keys';
import type { App, AppPatch } from './types';

/** How often connection counts are refreshed while the page is visible. */
const COUNT_REFRESH_MS = 10_000;

export function useApps() {
  return useQuery({ queryKey: queryKeys.apps, queryFn: fetchApps, refetchInterval: COUNT_REFRESH_MS });
}

/** `refreshMs` is for pages that show what changes by itself. */
export function useApp(appId: string, refreshMs: number | false = false) {
  return useQuery({ queryKey: queryKeys.app(appId), queryFn: () => fetchApp(appId), refetchInterval: refreshMs });
}

/** Puts a fresh app into the cache and marks the list as outdated. */
function useStoreApp() {
  const client = useQueryClient();
  return (app: App) => {
    client.setQueryData(queryKeys.app(app.id), app);
    return client.invalidateQueries({ queryKey: queryKeys.apps, exact: true });
  };
}

export function useCreateApp() {
  const storeApp = useStoreApp();
  return useMutation({ mutationFn: createApp, onSuccess: storeApp });
}

export function useUpdateApp(appId: string) {
  const storeApp = useStoreApp();
  return useMutation({
    mutationFn: (patch: AppPatch) => updateApp(appId, patch),
    onSuccess: storeApp,
    // One after the other: each answer is the whole app, and the last one must be the newest.
    scope: { id: `app ${appId}` },
  });
}

export function useDeleteApp(appId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => deleteApp(appId),
    // The list alone: asking again for the app that is gone would only yield a 404.
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.apps, exact: true }),
  });
}

export function useCreateKey(appId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (label: string) => createKey(appId, label),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.app(appId), exact: true }),
  });
}

export function useDeleteKey(appId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) => deleteKey(appId, keyId),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.app(appId), exact: true }),
  });
}
