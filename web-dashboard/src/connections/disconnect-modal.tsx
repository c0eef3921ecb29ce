import { Radio, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useDisconnect } from '../api/insight-queries';
import { ConfirmModal } from '../feedback/confirm-modal';

interface DisconnectModalProps {
  appId: string;
  socketId: string;
  opened: boolean;
  onClose: () => void;
}

export function DisconnectModal({ appId, socketId, opened, onClose }: DisconnectModalProps) {
  const disconnect = useDisconnect(appId, socketId);
  const [mode, setMode] = useState('reconnect');
  const close = () => {
    disconnect.reset();
    onClose();
  };
  const confirm = () =>
    disconnect.mutate(mode === 'reconnect', {
      onSuccess: () => {
        notifications.show({ message: `Connection ${socketId} is disconnected.` });
        close();
      },
    });
  return (
    <ConfirmModal
      opened={opened}
      title="Disconnect this connection?"
      confirmLabel="Disconnect"
      pending={disconnect.isPending}
      error={disconnect.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Radio.Group label="Its client" value={mode} onChange={setMode}>
        <Stack gap="sm" mt="xs">
          <Radio
            value="reconnect"
            label="may come back at once"
            description="Closed with 4200: client libraries reconnect by themselves, with another socket id."
          />
          <Radio
            value="stay-away"
            label="is to stay away"
            description="Closed with 4009: client libraries do not come back until someone connects anew. It is no ban."
          />
        </Stack>
      </Radio.Group>
    </ConfirmModal>
  );
}
