import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import {
  discardDeadLetter,
  fetchDeadLetters,
  fetchDeliveries,
  fetchDelivery,
  fetchQueue,
  replayAllDeadLetters,
  replayDeadLetter,
  replayDelivery,
  replayMany,
  skipBlocking,
  type EndpointRef,
} from './deliveries';
import type { DeliveryFilter, DeliveryPage, ReplayRange } from './delivery-types';
import { queryKeys } from './query-keys';

/** Polled quickly: a person looks at this while trying out an endpoint. Slower once many pages are to be asked for. */
const refreshEvery = (data: InfiniteData<DeliveryPage> | undefined) => ((data?.pages.length ?? 1) > 1 ? 30_000 : 4_000);

const PAGED = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: DeliveryPage) => last.next_cursor ?? undefined,
};

const flatten = (data: InfiniteData<DeliveryPage>) => data.pages.flatMap(({ deliveries }) => deliveries);

export function useDeliveries(endpoint: EndpointRef, filter: DeliveryFilter) {
  return useInfiniteQuery({
    ...PAGED,
    queryKey: queryKeys.deliveries(endpoint, filter),
    queryFn: ({ pageParam }) => fetchDeliveries(endpoint, filter, pageParam),
    select: flatten,
    refetchInterval: ({ state }) => refreshEvery(state.data),
  });
}

export function useDeadLetters(endpoint: EndpointRef) {
  return useInfiniteQuery({
    ...PAGED,
    queryKey: queryKeys.deadLetters(endpoint),
    queryFn: ({ pageParam }) => fetchDeadLetters(endpoint, pageParam),
    select: flatten,
    refetchInterval: ({ state }) => refreshEvery(state.data),
  });
}

export type DeliveryList = ReturnType<typeof useDeliveries>;

/** Asked for only while it is looked at; what is known stays known. */
export function useDelivery(endpoint: EndpointRef, deliveryId: string | null, looking: boolean) {
  return useQuery({
    queryKey: queryKeys.delivery(endpoint, deliveryId ?? ''),
    queryFn: () => fetchDelivery(endpoint, deliveryId ?? ''),
    enabled: looking && deliveryId !== null,
    refetchInterval: 4_000,
  });
}

export function useQueue(endpoint: EndpointRef) {
  return useQuery({
    queryKey: queryKeys.queue(endpoint),
    queryFn: () => fetchQueue(endpoint),
    refetchInterval: 3_000,
  });
}

/** An action on an endpoint's deliveries. Afterwards everything shown about the endpoint is asked for anew. */
function useDeliveryAction<Input, Answer>(endpoint: EndpointRef, mutationFn: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => void client.invalidateQueries({ queryKey: queryKeys.webhook(endpoint) }),
  });
}

export const useReplayDelivery = (endpoint: EndpointRef) =>
  useDeliveryAction(endpoint, (deliveryId: string) => replayDelivery(endpoint, deliveryId));

export const useReplayMany = (endpoint: EndpointRef) =>
  useDeliveryAction(endpoint, (range: ReplayRange) => replayMany(endpoint, range));

export const useReplayDeadLetter = (endpoint: EndpointRef) =>
  useDeliveryAction(endpoint, (deliveryId: string) => replayDeadLetter(endpoint, deliveryId));

export const useReplayAllDeadLetters = (endpoint: EndpointRef) =>
  useDeliveryAction(endpoint, () => replayAllDeadLetters(endpoint));

export const useDiscardDeadLetter = (endpoint: EndpointRef) =>
  useDeliveryAction(endpoint, (deliveryId: string) => discardDeadLetter(endpoint, deliveryId));

export const useSkipBlocking = (endpoint: EndpointRef) =>
  useDeliveryAction(endpoint, (lane: number) => skipBlocking(endpoint, lane));
