import type { DeliveryFilter, ReplayRange } from './delivery-types';
import { request } from './request';
import type { Headers } from './webhook-types';

/** The endpoint that calls are about. */
export interface EndpointRef {
  appId: string;
  webhookId: string;
}

const names = ({ appId, webhookId }: EndpointRef) => ({ app_id: appId, webhook_id: webhookId });

export const fetchDeliveries = (endpoint: EndpointRef, filter: DeliveryFilter, cursor: string | undefined) =>
  request('GET', '/apps/{app_id}/webhooks/{webhook_id}/deliveries', {
    path: names(endpoint),
    query: { ...filter, cursor },
  });

export const fetchDelivery = (endpoint: EndpointRef, delivery_id: string) =>
  request('GET', '/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}', {
    path: { ...names(endpoint), delivery_id },
  });

export const replayDelivery = (endpoint: EndpointRef, delivery_id: string) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/replay', {
    path: { ...names(endpoint), delivery_id },
  });

export const replayMany = (endpoint: EndpointRef, range: ReplayRange) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/replay', { path: names(endpoint), body: range });

export const fetchDeadLetters = (endpoint: EndpointRef, cursor: string | undefined) =>
  request('GET', '/apps/{app_id}/webhooks/{webhook_id}/dead-letters', { path: names(endpoint), query: { cursor } });

export const replayDeadLetter = (endpoint: EndpointRef, delivery_id: string) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/dead-letters/{delivery_id}/replay', {
    path: { ...names(endpoint), delivery_id },
  });

export const replayAllDeadLetters = (endpoint: EndpointRef) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/dead-letters/replay', { path: names(endpoint) });

export const discardDeadLetter = (endpoint: EndpointRef, delivery_id: string) =>
  request('DELETE', '/apps/{app_id}/webhooks/{webhook_id}/dead-letters/{delivery_id}', {
    path: { ...names(endpoint), delivery_id },
  });

export const fetchQueue = (endpoint: EndpointRef) =>
  request('GET', '/apps/{app_id}/webhooks/{webhook_id}/queue', { path: names(endpoint), query: { limit: 100 } });

export const skipBlocking = (endpoint: EndpointRef, lane: number) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/queue/{lane}/skip', { path: { ...names(endpoint), lane } });

export const verifySignatures = (endpoint: EndpointRef, received: { headers: Headers; body: string }) =>
  request('POST', '/apps/{app_id}/webhooks/{webhook_id}/verify', { path: names(endpoint), body: received });
