import { Code, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { EndpointRef } from '../../api/deliveries';
import { useDiscardDeadLetter } from '../../api/delivery-queries';
import type { Delivery } from '../../api/delivery-types';
import { ConfirmModal } from '../../feedback/confirm-modal';
import { useLast } from '../../feedback/use-last';
import { count } from '../../format/count';

interface DiscardModalProps {
  endpoint: EndpointRef;
  doomed: Delivery | null;
  onClose: () => void;
}

export function DiscardModal({ endpoint, doomed, onClose }: DiscardModalProps) {
  const discard = useDiscardDeadLetter(endpoint);
  const shown = useLast(doomed);
  const close = () => {
    discard.reset();
    onClose();
  };
  const confirm = () => {
    if (doomed === null) return;
    discard.mutate(doomed.id, {
      onSuccess: () => {
        notifications.show({ message: 'The dead letter is discarded.' });
        close();
      },
    });
  };
  return (
    <ConfirmModal
      opened={doomed !== null}
      title="Discard this dead letter?"
      confirmLabel="Discard"
      pending={discard.isPending}
      error={discard.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Code block>{shown?.id}</Code>
      <Text fz="sm">
        Your server is not told of {count(shown?.event_count ?? 0, 'event')} in it. It stays in the log as discarded
        until it expires.
      </Text>
    </ConfirmModal>
  );
}
