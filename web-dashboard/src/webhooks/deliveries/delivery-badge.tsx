import { Badge, Tooltip } from '@mantine/core';
import type { DeliveryState } from '../../api/delivery-types';

export const DELIVERY_STATE_LOOKS: Record<DeliveryState, { label: string; color: string; meaning: string }> = {
  delivered: { label: 'Delivered', color: 'verdigris', meaning: 'Your server answered with a 2xx status.' },
  retrying: { label: 'Retrying', color: 'orange', meaning: 'The last attempt failed; it is tried again.' },
  dead: { label: 'Dead letter', color: 'red', meaning: 'Given up or set aside. You can replay it.' },
  discarded: { label: 'Discarded', color: 'gray', meaning: 'A dead letter that somebody discarded.' },
};

export function DeliveryBadge({ state }: { state: DeliveryState }) {
  const { label, color, meaning } = DELIVERY_STATE_LOOKS[state];
  return (
    <Tooltip label={meaning} withArrow>
      <Badge color={color} variant="light" flex="none">
        {label}
      </Badge>
    </Tooltip>
  );
}
