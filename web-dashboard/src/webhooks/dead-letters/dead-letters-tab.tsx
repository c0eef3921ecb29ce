import { Button, Group, Stack, Text } from '@mantine/core';
import { IconMoodCheck, IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useDeadLetters } from '../../api/delivery-queries';
import type { Delivery } from '../../api/delivery-types';
import { EmptyState } from '../../feedback/empty-state';
import { useMay } from '../../session/rights';
import { usePageTitle } from '../../shell/page-title';
import { DeliveryDrawer } from '../deliveries/delivery-drawer';
import { DeliveryList } from '../deliveries/delivery-list';
import { useDeliveryPath } from '../deliveries/use-delivery-path';
import { titleOf } from '../endpoint/title';
import { useCurrentWebhook } from '../endpoint/webhook-layout';
import { DeadLetterActions } from './dead-letter-actions';
import { DiscardModal } from './discard-modal';
import { ReplayAllModal } from './replay-all-modal';

/** The route …/dead-letters, and …/dead-letters/:deliveryId with the drawer open. */
export function DeadLettersTab() {
  const { endpoint, webhook } = useCurrentWebhook();
  usePageTitle('Dead letters', titleOf(webhook));
  const { deliveryId = null } = useParams();
  const navigate = useNavigate();
  const pathTo = useDeliveryPath(endpoint, 'dead-letters');
  const list = useDeadLetters(endpoint);
  const mayManage = useMay('manageWebhooks');
  const [doomed, setDoomed] = useState<Delivery | null>(null);
  const [replayingAll, setReplayingAll] = useState(false);

  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm" mih={36}>
        <Text fz="sm" c="dimmed" maw={620}>
          Deliveries that were given up after {webhook.order === 'relaxed' ? '12 attempts' : '72 hours'}, or set aside by
          hand. They wait for you to replay or discard them.
        </Text>
        {mayManage && list.data !== undefined && list.data.length > 0 && (
          <Button
            variant="default"
            leftSection={<IconRepeat size={16} aria-hidden />}
            onClick={() => setReplayingAll(true)}
          >
            Replay all
          </Button>
        )}
      </Group>
      <DeliveryList
        label="Dead letters, newest first"
        list={list}
        linkTo={({ id }) => pathTo(id)}
        actions={
          mayManage
            ? (delivery) => <DeadLetterActions endpoint={endpoint} delivery={delivery} onDiscard={() => setDoomed(delivery)} />
            : undefined
        }
        empty={
          <EmptyState icon={<IconMoodCheck size={26} />} title="No dead letters">
            Nothing was given up. A delivery comes here when it has failed for too long, or when you skip it in the queue.
          </EmptyState>
        }
      />
      <DeliveryDrawer endpoint={endpoint} deliveryId={deliveryId} onClose={() => void navigate(pathTo(null))} />
      <DiscardModal endpoint={endpoint} doomed={doomed} onClose={() => setDoomed(null)} />
      <ReplayAllModal
        endpoint={endpoint}
        deadLetters={webhook.dead_letters}
        opened={replayingAll}
        onClose={() => setReplayingAll(false)}
      />
    </Stack>
  );
}
