import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useDeleteToken } from '../api/people-queries';
import type { Token } from '../api/tokens';
import { ConfirmModal } from '../feedback/confirm-modal';
import { useLast } from '../feedback/use-last';
import { formatRelative } from '../format/time';

export function RevokeTokenModal({ doomed, onClose }: { doomed: Token | null; onClose: () => void }) {
  const deleteToken = useDeleteToken();
  const shown = useLast(doomed);
  const close = () => {
    deleteToken.reset();
    onClose();
  };
  const confirm = () => {
    if (doomed === null) return;
    deleteToken.mutate(doomed.id, {
      onSuccess: () => {
        notifications.show({ message: `${doomed.name} is revoked.` });
        close();
      },
    });
  };
  return (
    <ConfirmModal
      opened={doomed !== null}
      title="Revoke this token?"
      confirmLabel="Revoke token"
      pending={deleteToken.isPending}
      error={deleteToken.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Text fz="sm">
        Requests with <strong>{shown?.name}</strong> are refused from now on; open streams end within seconds.{' '}
        {shown !== null && lastUse(shown)} This cannot be undone.
      </Text>
    </ConfirmModal>
  );
}

function lastUse({ last_used_at }: Token): string {
  if (last_used_at === null) return 'It was never used.';
  return `It was last used ${formatRelative(last_used_at, Date.now())}.`;
}
