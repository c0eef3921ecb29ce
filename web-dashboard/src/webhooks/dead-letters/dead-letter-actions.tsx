import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { EndpointRef } from '../../api/deliveries';
import { useReplayDeadLetter } from '../../api/delivery-queries';
import type { Delivery } from '../../api/delivery-types';
import { errorMessage } from '../../forms/split-error';

interface DeadLetterActionsProps {
  endpoint: EndpointRef;
  delivery: Delivery;
  onDiscard: () => void;
}

export function DeadLetterActions({ endpoint, delivery, onDiscard }: DeadLetterActionsProps) {
  const replay = useReplayDeadLetter(endpoint);
  const onReplay = () =>
    replay.mutate(delivery.id, {
      onSuccess: () => notifications.show({ message: 'The replay is queued.' }),
      onError: (error) => notifications.show({ color: 'red', title: 'Not replayed', message: errorMessage(error) }),
    });
  return (
    <Group gap={6}>
      <Button
        variant="default"
        size="compact-sm"
        loading={replay.isPending}
        onClick={onReplay}
        aria-label={`Replay ${delivery.id}`}
      >
        Replay
      </Button>
      <Button
        variant="subtle"
        color="red"
        size="compact-sm"
        onClick={onDiscard}
        aria-label={`Discard ${delivery.id}`}
      >
        Discard
      </Button>
    </Group>
  );
}
