import { useLocation, type To } from 'react-router';
import type { EndpointRef } from '../../api/deliveries';

/** The address of a delivery in a tab, or of the tab alone; either keeps the filter. */
export function useDeliveryPath({ appId, webhookId }: EndpointRef, tab: 'deliveries' | 'dead-letters') {
  const { search } = useLocation();
  return (deliveryId: string | null): To => {
    const rest = deliveryId === null ? '' : `/${encodeURIComponent(deliveryId)}`;
    return { pathname: `/apps/${appId}/webhooks/${webhookId}/${tab}${rest}`, search };
  };
}
