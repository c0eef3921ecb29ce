import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  beginDrain,
  cancelDrain,
  changeTerms,
  fetchNeighbours,
  fetchNodes,
  fetchOperatorLog,
  fetchPlans,
  fetchQueues,
  fetchTenant,
  fetchTenants,
  resumeTenant,
  retryMail,
  suspendTenant,
  type Measure,
  type TermsChange,
} from './operator';

const root = ['operator'] as const;
const keys = {
  tenants: (search: string) => [...root, 'tenants', search] as const,
  tenant: (id: string) => [...root, 'tenant', id] as const,
  plans: [...root, 'plans'] as const,
  neighbours: (by: Measure) => [...root, 'neighbours', by] as const,
  nodes: [...root, 'nodes'] as const,
  queues: [...root, 'queues'] as const,
  log: (tenant: string) => [...root, 'log', tenant] as const,
};

/** Rates are read every five seconds. */
const REFRESH_MS = 5_000;
/** A drain is watched closely. */
const DRAIN_MS = 1_000;

/** An action, after which everything is asked for anew: what it changed stands on several screens. */
function useAct<Input, Answer>(mutationFn: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => void client.invalidateQueries({ queryKey: root }) });
}

export const useTenants = (search: string) =>
  useInfiniteQuery({
    queryKey: keys.tenants(search),
    queryFn: ({ pageParam }) => fetchTenants(search, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ tenants }) => tenants),
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? false : REFRESH_MS),
  });

export const useTenant = (id: string) =>
  useQuery({ queryKey: keys.tenant(id), queryFn: () => fetchTenant(id), refetchInterval: REFRESH_MS });

export const usePlans = () => useQuery({ queryKey: keys.plans, queryFn: fetchPlans });
export const useChangeTerms = (id: string) => useAct((change: TermsChange) => changeTerms(id, change));
export const useSuspend = (id: string) => useAct((reason: string) => suspendTenant(id, reason));
export const useResume = (id: string) => useAct((_: void) => resumeTenant(id));

export const useNeighbours = (by: Measure) =>
  useQuery({
    queryKey: keys.neighbours(by),
    queryFn: () => fetchNeighbours(by),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const useNodes = () =>
  useQuery({
    queryKey: keys.nodes,
    queryFn: fetchNodes,
    refetchInterval: ({ state }) => (state.data?.nodes.some(({ drain }) => drain !== null) ? DRAIN_MS : REFRESH_MS),
  });

export const useBeginDrain = (nodeId: string) => useAct((perSecond: number) => beginDrain(nodeId, perSecond));
export const useCancelDrain = (nodeId: string) => useAct((_: void) => cancelDrain(nodeId));

export const useQueues = () =>
  useQuery({ queryKey: keys.queues, queryFn: fetchQueues, refetchInterval: REFRESH_MS });
export const useRetryMail = () => useAct(retryMail);

export const useOperatorLog = (tenant: string) =>
  useInfiniteQuery({
    queryKey: keys.log(tenant),
    queryFn: ({ pageParam }) => fetchOperatorLog(tenant, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ entries }) => entries),
  });
