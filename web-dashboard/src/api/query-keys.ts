import type { EndpointRef } from './deliveries';
import type { DeliveryFilter } from './delivery-types';

const webhook = ({ appId, webhookId }: EndpointRef) => ['apps', appId, 'webhooks', webhookId] as const;

export const queryKeys = {
  session: ['session'] as const,
  apps: ['apps'] as const,
  app: (appId: string) => ['apps', appId] as const,
  webhooks: (appId: string) => ['apps', appId, 'webhooks'] as const,
  /** Also the root of all that is known about the endpoint. */
  webhook,
  deliveries: (endpoint: EndpointRef, filter: DeliveryFilter) => [...webhook(endpoint), 'deliveries', filter] as const,
  delivery: (endpoint: EndpointRef, deliveryId: string) => [...webhook(endpoint), 'delivery', deliveryId] as const,
  deadLetters: (endpoint: EndpointRef) => [...webhook(endpoint), 'dead-letters'] as const,
  queue: (endpoint: EndpointRef) => [...webhook(endpoint), 'queue'] as const,
};
