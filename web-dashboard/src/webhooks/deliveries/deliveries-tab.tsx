import { Button, Group, Stack } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useDeliveries } from '../../api/delivery-queries';
import { useMay } from '../../session/rights';
import { usePageTitle } from '../../shell/page-title';
import { titleOf } from '../endpoint/title';
import { useCurrentWebhook } from '../endpoint/webhook-layout';
import { DeliveryDrawer } from './delivery-drawer';
import { DeliveryFilters } from './delivery-filters';
import { DeliveryList } from './delivery-list';
import { NoDeliveries } from './no-deliveries';
import { ReplayModal } from './replay-modal';
import { useDeliveryFilter } from './use-delivery-filter';
import { useDeliveryPath } from './use-delivery-path';

/** The route …/deliveries, and …/deliveries/:deliveryId with the drawer open. */
export function DeliveriesTab() {
  const { endpoint, webhook } = useCurrentWebhook();
  usePageTitle('Deliveries', titleOf(webhook));
  const { deliveryId = null } = useParams();
  const navigate = useNavigate();
  const pathTo = useDeliveryPath(endpoint, 'deliveries');
  const filter = useDeliveryFilter();
  const list = useDeliveries(endpoint, filter.filter);
  const mayManage = useMay('manageWebhooks');
  const [replaying, setReplaying] = useState(false);

  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <DeliveryFilters {...filter} />
        {mayManage && (
          <Button
            variant="default"
            leftSection={<IconRepeat size={16} aria-hidden />}
            onClick={() => setReplaying(true)}
          >
            Replay many
          </Button>
        )}
      </Group>
      <DeliveryList
        label="Deliveries, newest first"
        list={list}
        linkTo={({ id }) => pathTo(id)}
        empty={<NoDeliveries webhook={webhook} isFiltered={filter.isSet} onClear={filter.clear} />}
      />
      <DeliveryDrawer endpoint={endpoint} deliveryId={deliveryId} onClose={() => void navigate(pathTo(null))} />
      <ReplayModal
        endpoint={endpoint}
        range={filter.filter}
        failingSince={webhook.failing_since}
        opened={replaying}
        onClose={() => setReplaying(false)}
      />
    </Stack>
  );
}
