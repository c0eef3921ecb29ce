import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { EndpointRef } from '../../api/deliveries';
import { useSkipBlocking } from '../../api/delivery-queries';
import type { Lane } from '../../api/delivery-types';
import { ConfirmModal } from '../../feedback/confirm-modal';
import { useLast } from '../../feedback/use-last';
import { count } from '../../format/count';

interface SkipModalProps {
  endpoint: EndpointRef;
  /** The lane whose blocking delivery is to be set aside. */
  lane: Lane | null;
  onClose: () => void;
}

export function SkipModal({ endpoint, lane, onClose }: SkipModalProps) {
  const skip = useSkipBlocking(endpoint);
  const shown = useLast(lane);
  const close = () => {
    skip.reset();
    onClose();
  };
  const confirm = () => {
    if (lane === null) return;
    skip.mutate(lane.n, {
      onSuccess: () => {
        notifications.show({ message: 'The delivery is set aside, and its lane goes on.' });
        close();
      },
    });
  };
  return (
    <ConfirmModal
      opened={lane !== null}
      title="Skip the blocking delivery?"
      confirmLabel="Skip"
      pending={skip.isPending}
      error={skip.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Text fz="sm">
        {count(shown?.blocked_by?.event_count ?? 0, 'event')} will be set aside as a dead letter, and what waits behind
        goes on. Your server then hears of later events first; you can replay the dead letter at any time.
      </Text>
    </ConfirmModal>
  );
}
