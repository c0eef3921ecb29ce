import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useRemoveMember } from '../api/people-queries';
import type { Member } from '../api/people-types';
import { ConfirmModal } from '../feedback/confirm-modal';
import { useLast } from '../feedback/use-last';

export function RemoveMemberModal({ doomed, onClose }: { doomed: Member | null; onClose: () => void }) {
  const removeMember = useRemoveMember();
  const shown = useLast(doomed);
  const close = () => {
    removeMember.reset();
    onClose();
  };
  const confirm = () => {
    if (doomed === null) return;
    removeMember.mutate(doomed.user_id, {
      onSuccess: () => {
        notifications.show({ message: `${doomed.email} is removed.` });
        close();
      },
    });
  };
  return (
    <ConfirmModal
      opened={doomed !== null}
      title="Remove this member?"
      confirmLabel="Remove"
      pending={removeMember.isPending}
      error={removeMember.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Text fz="sm">
        <strong>{shown?.email}</strong> loses access at once, and the management tokens that they made here stop
        working. Keys of apps stay as they are: rotate those that they have seen.
      </Text>
    </ConfirmModal>
  );
}
