import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error';
import {
  disconnect,
  fetchChannel,
  fetchChannels,
  fetchConnection,
  fetchConnections,
  fetchMembers,
  fetchSubscribers,
  fetchTimeline,
  fetchUserConnections,
  fetchUsers,
  publishEvent,
  sendToConnection,
  terminateUser,
} from './insight';
import type { ConnectionDetail, ConnectionFilter, OutgoingEvent } from './insight-types';

/** The root of what is live in an app. Apart from the app's own key, which settings write to. */
const live = (appId: string, ...rest: unknown[]) => ['live', appId, ...rest];

/** Each page is one more question, so a long list is asked for less often. */
const REFRESH_MS = 4_000;
const LONG_REFRESH_MS = 20_000;

interface Page {
  next_cursor: string | null;
}

function useLivePages<P extends Page, Row>(
  queryKey: unknown[],
  fetchPage: (cursor: string | undefined) => Promise<P>,
  rows: (page: P) => Row[],
) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: P) => last.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(rows),
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? LONG_REFRESH_MS : REFRESH_MS),
  });
}

/** What a paged list on the page needs of its query. */
export interface LiveList<Row> {
  data: Row[] | undefined;
  error: unknown;
  isError: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  isRefetchError: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

export const useConnections = (appId: string, filter: ConnectionFilter) =>
  useLivePages(
    live(appId, 'connections', filter),
    (cursor) => fetchConnections(appId, filter, cursor),
    (page) => page.connections,
  );

export const useChannels = (appId: string, prefix: string) =>
  useLivePages(
    live(appId, 'channels', prefix),
    (cursor) => fetchChannels(appId, prefix, cursor),
    (page) => page.channels,
  );

/** For proposals while somebody types: once per prefix, and the former ones until then. */
export const useChannelNames = (appId: string, prefix: string) =>
  useQuery({
    queryKey: live(appId, 'channel names', prefix),
    queryFn: () => fetchChannels(appId, prefix, undefined),
    select: ({ channels }) => channels.map(({ channel }) => channel),
    placeholderData: keepPreviousData,
  });

export const useMembers = (appId: string, channel: string) =>
  useLivePages(
    live(appId, 'channel', channel, 'members'),
    (cursor) => fetchMembers(appId, channel, cursor),
    (page) => page.members,
  );

export const useSubscribers = (appId: string, channel: string) =>
  useLivePages(
    live(appId, 'channel', channel, 'subscribers'),
    (cursor) => fetchSubscribers(appId, channel, cursor),
    (page) => page.connections,
  );

export const useUsers = (appId: string, prefix: string) =>
  useLivePages(
    live(appId, 'users', prefix),
    (cursor) => fetchUsers(appId, prefix, cursor),
    (page) => page.users,
  );

export const useUserConnections = (appId: string, userId: string) =>
  useLivePages(
    live(appId, 'user', userId),
    (cursor) => fetchUserConnections(appId, userId, cursor),
    (page) => page.connections,
  );

const isGone = (error: unknown) => error instanceof ApiError && error.status === 404;

/** One connection, with as many of its subscriptions as were asked for. */
export function useConnection(appId: string, socketId: string) {
  return useInfiniteQuery({
    queryKey: live(appId, 'connection', socketId),
    queryFn: ({ pageParam }) => fetchConnection(appId, socketId, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: ConnectionDetail) => last.next_cursor ?? undefined,
    select: ({ pages: [first, ...rest] }) =>
      first && { ...first, subscriptions_page: [first, ...rest].flatMap((page) => page.subscriptions_page) },
    // An end is an end: the id is not given out again.
    refetchInterval: ({ state }) => (isGone(state.error) ? false : 3_000),
  });
}

/** Asked for only when the connection has ended. */
export function useTimeline(appId: string, socketId: string, enabled: boolean) {
  return useQuery({
    queryKey: live(appId, 'connection', socketId, 'timeline'),
    queryFn: () => fetchTimeline(appId, socketId),
    enabled,
  });
}

export function useChannel(appId: string, channel: string) {
  return useQuery({
    queryKey: live(appId, 'channel', channel),
    queryFn: () => fetchChannel(appId, channel),
    refetchInterval: 3_000,
  });
}

/** An act, after which everything live in the app is asked for anew. */
function useAct<Input, Answer>(appId: string, mutationFn: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => void client.invalidateQueries({ queryKey: live(appId) }),
  });
}

export const usePublishEvent = (appId: string) => useAct(appId, (event: OutgoingEvent) => publishEvent(appId, event));

export const useDisconnect = (appId: string, socketId: string) =>
  useAct(appId, (reconnect: boolean) => disconnect(appId, socketId, reconnect));

export const useSendToConnection = (appId: string, socketId: string) =>
  useAct(appId, (event: { channel?: string; name: string; data: string }) => sendToConnection(appId, socketId, event));

export const useTerminateUser = (appId: string) => useAct(appId, (userId: string) => terminateUser(appId, userId));
