import { Code, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTerminateUser } from '../api/insight-queries';
import { ConfirmModal } from '../feedback/confirm-modal';
import { useLast } from '../feedback/use-last';
import { count } from '../format/count';

interface TerminateModalProps {
  appId: string;
  /** Null while it is closed. */
  userId: string | null;
  onClose: () => void;
}

export function TerminateModal({ appId, userId, onClose }: TerminateModalProps) {
  const terminate = useTerminateUser(appId);
  const shown = useLast(userId);
  const close = () => {
    terminate.reset();
    onClose();
  };
  const confirm = () => {
    if (userId === null) return;
    terminate.mutate(userId, {
      onSuccess: ({ connections }) => {
        notifications.show({ message: `${count(connections, 'connection')} told to go.` });
        close();
      },
    });
  };
  return (
    <ConfirmModal
      opened={userId !== null}
      title="Terminate this user's connections?"
      confirmLabel="Terminate"
      pending={terminate.isPending}
      error={terminate.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Code block>{shown}</Code>
      <Text fz="sm">
        Every connection that is signed in as this user is closed with 4009, and client libraries do not come back by
        themselves. It is no ban: your server decides whether the user may sign in again.
      </Text>
    </ConfirmModal>
  );
}
