import { Drawer, Skeleton, Stack } from '@mantine/core';
import type { EndpointRef } from '../../api/deliveries';
import { useDelivery } from '../../api/delivery-queries';
import { LoadError } from '../../feedback/load-error';
import { NotAllowed } from '../../feedback/not-allowed';
import { useLast } from '../../feedback/use-last';
import { useMay } from '../../session/rights';
import { DeliveryDetails } from './delivery-details';

interface DeliveryDrawerProps {
  endpoint: EndpointRef;
  /** Null while it is closed. */
  deliveryId: string | null;
  onClose: () => void;
}

export function DeliveryDrawer({ endpoint, deliveryId, onClose }: DeliveryDrawerProps) {
  const shownId = useLast(deliveryId);
  const mayView = useMay('viewPayloads');
  const delivery = useDelivery(endpoint, shownId, mayView && deliveryId !== null);
  return (
    <Drawer opened={deliveryId !== null} onClose={onClose} position="right" size={680} title="Delivery">
      {!mayView ? (
        <NotAllowed right="viewPayloads" title="What was sent is not for your role" />
      ) : delivery.data !== undefined ? (
        <DeliveryDetails key={delivery.data.id} endpoint={endpoint} delivery={delivery.data} />
      ) : delivery.isError ? (
        <LoadError error={delivery.error} retry={delivery.refetch} />
      ) : (
        <Stack gap="md" aria-busy="true" aria-label="Loading the delivery">
          <Skeleton h={40} />
          <Skeleton h={120} />
          <Skeleton h={220} />
        </Stack>
      )}
    </Drawer>
  );
}
