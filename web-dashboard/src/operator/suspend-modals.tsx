import { Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { ApiError } from '../api/api-error';
import type { TenantRow } from '../api/operator';
import { useResume, useSuspend } from '../api/operator-queries';
import { ConfirmModal } from '../feedback/confirm-modal';
import { count } from '../format/count';

interface ModalProps {
  tenant: TenantRow;
  opened: boolean;
  onClose: () => void;
}

export function SuspendModal({ tenant, opened, onClose }: ModalProps) {
  const suspend = useSuspend(tenant.id);
  const [reason, setReason] = useState('');
  const close = () => {
    suspend.reset();
    onClose();
  };
  const confirm = () =>
    suspend.mutate(reason.trim(), {
      onSuccess: () => {
        notifications.show({ message: `${tenant.name} is suspended.` });
        setReason('');
        close();
      },
    });
  const fault = suspend.error instanceof ApiError ? suspend.error.fields.reason : undefined;
  return (
    <ConfirmModal
      opened={opened}
      title={`Suspend ${tenant.name}?`}
      confirmLabel="Suspend"
      pending={suspend.isPending}
      error={fault === undefined ? suspend.error : null}
      disabled={reason.trim() === ''}
      onConfirm={confirm}
      onClose={close}
    >
      <Text fz="sm">
        {count(tenant.now.connections, 'open connection')} will be closed with 4003, and most client libraries do not
        come back from that by themselves. Its apps’ requests are refused. Its people can still log in and look, and
        webhooks that wait are delivered.
      </Text>
      <Textarea
        label="Reason"
        description="Its members will read it."
        rows={3}
        maxLength={500}
        value={reason}
        error={fault}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
    </ConfirmModal>
  );
}

export function ResumeModal({ tenant, opened, onClose }: ModalProps) {
  const resume = useResume(tenant.id);
  const close = () => {
    resume.reset();
    onClose();
  };
  const confirm = () =>
    resume.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: `${tenant.name} is resumed.` });
        close();
      },
    });
  return (
    <ConfirmModal
      opened={opened}
      title={`Resume ${tenant.name}?`}
      confirmLabel="Resume"
      pending={resume.isPending}
      error={resume.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Text fz="sm">
        Its apps take connections and requests again at once. Clients that were closed come back when their page is
        loaded anew.
      </Text>
    </ConfirmModal>
  );
}
