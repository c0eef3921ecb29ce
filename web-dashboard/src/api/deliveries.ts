import { path, request } from './request';
import type {
  DeliveryDetail,
  DeliveryFilter,
  DeliveryPage,
  Queue,
  ReplayAnswer,
  ReplayRange,
  Verification,
} from './delivery-types';
import type { Headers } from './webhook-types';

/** The endpoint that calls are about. */
export interface EndpointRef {
  appId: string;
  webhookId: string;
}

const endpointPath = ({ appId, webhookId }: EndpointRef, ...rest: string[]) =>
  path('apps', appId, 'webhooks', webhookId, ...rest);

function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

export const fetchDeliveries = (endpoint: EndpointRef, filter: DeliveryFilter, cursor: string | undefined) =>
  request<DeliveryPage>('GET', endpointPath(endpoint, 'deliveries') + query({ ...filter, cursor }));

export const fetchDelivery = (endpoint: EndpointRef, deliveryId: string) =>
  request<DeliveryDetail>('GET', endpointPath(endpoint, 'deliveries', deliveryId));

export const replayDelivery = (endpoint: EndpointRef, deliveryId: string) =>
  request<{ replay: number }>('POST', endpointPath(endpoint, 'deliveries', deliveryId, 'replay'));

export const replayMany = (endpoint: EndpointRef, range: ReplayRange) =>
  request<ReplayAnswer>('POST', endpointPath(endpoint, 'replay'), range);

export const fetchDeadLetters = (endpoint: EndpointRef, cursor: string | undefined) =>
  request<DeliveryPage>('GET', endpointPath(endpoint, 'dead-letters') + query({ cursor }));

export const replayDeadLetter = (endpoint: EndpointRef, deliveryId: string) =>
  request<void>('POST', endpointPath(endpoint, 'dead-letters', deliveryId, 'replay'));

export const replayAllDeadLetters = (endpoint: EndpointRef) =>
  request<ReplayAnswer>('POST', endpointPath(endpoint, 'dead-letters', 'replay'));

export const discardDeadLetter = (endpoint: EndpointRef, deliveryId: string) =>
  request<void>('DELETE', endpointPath(endpoint, 'dead-letters', deliveryId));

export const fetchQueue = (endpoint: EndpointRef) => request<Queue>('GET', endpointPath(endpoint, 'queue') + query({ limit: '100' }));

export const skipBlocking = (endpoint: EndpointRef, lane: number) =>
  request<void>('POST', endpointPath(endpoint, 'queue', String(lane), 'skip'));

export const verifySignatures = (endpoint: EndpointRef, received: { headers: Headers; body: string }) =>
  request<Verification>('POST', endpointPath(endpoint, 'verify'), received);
