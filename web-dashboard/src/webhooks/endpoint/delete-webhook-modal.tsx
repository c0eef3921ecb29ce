import { Code, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useNavigate } from 'react-router';
import type { Webhook } from '../../api/webhook-types';
import { useDeleteWebhook } from '../../api/webhook-queries';
import { ConfirmModal } from '../../feedback/confirm-modal';
import { count } from '../../format/count';

interface DeleteWebhookModalProps {
  appId: string;
  webhook: Webhook;
  opened: boolean;
  onClose: () => void;
}

export function DeleteWebhookModal({ appId, webhook, opened, onClose }: DeleteWebhookModalProps) {
  const navigate = useNavigate();
  const deleteWebhook = useDeleteWebhook(appId);
  const close = () => {
    deleteWebhook.reset();
    onClose();
  };
  const confirm = () =>
    deleteWebhook.mutate(webhook.id, {
      onSuccess: () => {
        notifications.show({ message: 'The endpoint is deleted.' });
        void navigate(`/apps/${appId}/webhooks`, { replace: true });
      },
    });

  return (
    <ConfirmModal
      opened={opened}
      title="Delete this endpoint?"
      confirmLabel="Delete endpoint"
      pending={deleteWebhook.isPending}
      error={deleteWebhook.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {webhook.url}
      </Code>
      <Text fz="sm">
        It gets no more requests, and its signing secret, delivery log and dead letters are gone. {pendingText(webhook)}{' '}
        This cannot be undone.
      </Text>
    </ConfirmModal>
  );
}

function pendingText({ pending }: Webhook): string {
  if (pending === 0) return 'Nothing is waiting to be delivered.';
  return `${count(pending, 'waiting event')} will be dropped.`;
}
