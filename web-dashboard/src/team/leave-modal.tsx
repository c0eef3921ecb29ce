import { Text } from '@mantine/core';
import { leaveTenant } from '../api/tenants';
import { ConfirmModal } from '../feedback/confirm-modal';
import { useChangeTenant } from '../session/use-change-tenant';
import { useSession } from '../session/use-session';

export function LeaveModal({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const tenant = useSession().data?.tenant;
  const leave = useChangeTenant(leaveTenant);
  const close = () => {
    leave.reset();
    onClose();
  };
  return (
    <ConfirmModal
      opened={opened}
      title={`Leave ${tenant?.name ?? ''}?`}
      confirmLabel="Leave"
      pending={leave.isPending}
      error={leave.error}
      onConfirm={() => tenant && leave.mutate(tenant.id)}
      onClose={close}
    >
      <Text fz="sm">
        You lose access to its apps, and the management tokens that you made here stop working. To come back, you will
        have to be invited.
      </Text>
    </ConfirmModal>
  );
}
