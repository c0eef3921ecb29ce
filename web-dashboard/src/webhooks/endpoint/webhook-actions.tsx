import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots, IconKey, IconPlayerPause, IconPlayerPlay, IconSend, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Webhook } from '../../api/webhook-types';
import { useSwitchWebhook } from '../../api/webhook-queries';
import { errorMessage } from '../../forms/split-error';
import { DeleteWebhookModal } from './delete-webhook-modal';
import { RotateSecretModal } from './rotate-secret-modal';
import { SendExampleModal } from './send-example-modal';

type Dialog = 'example' | 'rotate' | 'delete';

export function WebhookActions({ appId, webhook }: { appId: string; webhook: Webhook }) {
  const endpoint = { appId, webhookId: webhook.id };
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);

  return (
    <Group gap="xs">
      <PauseOrResume appId={appId} webhook={webhook} />
      <Button variant="default" leftSection={<IconSend size={16} aria-hidden />} onClick={() => setDialog('example')}>
        Send example
      </Button>
      <Menu position="bottom-end" width={220} shadow="md">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={() => setDialog('rotate')}>
            Rotate secret
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setDialog('delete')}>
            Delete endpoint
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SendExampleModal endpoint={endpoint} webhook={webhook} opened={dialog === 'example'} onClose={close} />
      {dialog === 'rotate' && <RotateSecretModal endpoint={endpoint} onClose={close} />}
      <DeleteWebhookModal appId={appId} webhook={webhook} opened={dialog === 'delete'} onClose={close} />
    </Group>
  );
}

/** Either loses nothing and can be taken back, so neither asks first. */
function PauseOrResume({ appId, webhook }: { appId: string; webhook: Webhook }) {
  const switchWebhook = useSwitchWebhook({ appId, webhookId: webhook.id });
  const to = webhook.state === 'active' ? 'pause' : 'resume';
  const Icon = to === 'pause' ? IconPlayerPause : IconPlayerPlay;
  const onClick = () =>
    switchWebhook.mutate(to, {
      onSuccess: () =>
        notifications.show({
          message: to === 'pause' ? 'The endpoint is paused: events wait.' : 'The endpoint is told again.',
        }),
      onError: (error) =>
        notifications.show({
          color: 'red',
          title: to === 'pause' ? 'Not paused' : 'Not resumed',
          message: errorMessage(error),
        }),
    });
  return (
    <Button
      variant={to === 'pause' ? 'default' : 'filled'}
      leftSection={<Icon size={16} aria-hidden />}
      loading={switchWebhook.isPending}
      onClick={onClick}
    >
      {to === 'pause' ? 'Pause' : 'Resume'}
    </Button>
  );
}
