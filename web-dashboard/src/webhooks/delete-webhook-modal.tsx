import { Code, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Webhook } from '../api/types';
import { useDeleteWebhook } from '../api/webhook-queries';
import { ConfirmModal } from '../feedback/confirm-modal';
import { useLast } from '../feedback/use-last';
import { count } from '../format/count';

interface DeleteWebhookModalProps {
  appId: string;
  doomed: Webhook | null;
  onClose: () => void;
}

export function DeleteWebhookModal({ appId, doomed, onClose }: DeleteWebhookModalProps) {
  const deleteWebhook = useDeleteWebhook(appId);
  const shown = useLast(doomed);
  const close = () => {
    deleteWebhook.reset();
    onClose();
  };
  const confirm = () => {
    if (doomed === null) return;
    deleteWebhook.mutate(doomed.id, {
      onSuccess: () => {
        notifications.show({ message: 'The endpoint is deleted.' });
        close();
      },
    });
  };

  return (
    <ConfirmModal
      opened={doomed !== null}
      title="Delete this endpoint?"
      confirmLabel="Delete endpoint"
      pending={deleteWebhook.isPending}
      error={deleteWebhook.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {shown?.url}
      </Code>
      <Text fz="sm">
        It gets no more requests, and its signing secret and delivery history are gone. {pendingText(shown)} This
        cannot be undone.
      </Text>
    </ConfirmModal>
  );
}

function pendingText(webhook: Webhook | null): string {
  if (webhook === null || webhook.pending === 0) return 'Nothing is waiting to be delivered.';
  return `${count(webhook.pending, 'waiting delivery', 'waiting deliveries')} will be dropped.`;
}
