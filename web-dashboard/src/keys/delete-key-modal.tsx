import { Code, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useDeleteKey } from '../api/app-queries';
import type { AppKey } from '../api/types';
import { ConfirmModal } from '../feedback/confirm-modal';
import { useLast } from '../feedback/use-last';

interface DeleteKeyModalProps {
  appId: string;
  doomed: AppKey | null;
  isLast: boolean;
  onClose: () => void;
}

export function DeleteKeyModal({ appId, doomed, isLast, onClose }: DeleteKeyModalProps) {
  const deleteKey = useDeleteKey(appId);
  const shown = useLast(doomed);
  const close = () => {
    deleteKey.reset();
    onClose();
  };
  const confirm = () => {
    if (doomed === null) return;
    deleteKey.mutate(doomed.id, {
      onSuccess: () => {
        notifications.show({ message: 'The key is deleted.' });
        close();
      },
    });
  };

  return (
    <ConfirmModal
      opened={doomed !== null}
      title="Delete this key?"
      confirmLabel="Delete key"
      pending={deleteKey.isPending}
      error={deleteKey.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Code block>{shown?.key}</Code>
      <Text fz="sm">
        New connections and REST calls with this key are refused from now on. Connections that are open already stay
        open. This cannot be undone.
      </Text>
      {isLast && (
        <Text fz="sm" fw={600}>
          It is the only key: nothing will be able to connect to this app until you create another.
        </Text>
      )}
    </ConfirmModal>
  );
}
