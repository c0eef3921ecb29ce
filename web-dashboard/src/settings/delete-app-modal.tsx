import { Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useDeleteApp } from '../api/app-queries';
import type { App } from '../api/types';
import { ConfirmModal } from '../feedback/confirm-modal';
import { count } from '../format/count';

interface DeleteAppModalProps {
  app: App;
  onClose: () => void;
}

export function DeleteAppModal({ app, onClose }: DeleteAppModalProps) {
  const navigate = useNavigate();
  const deleteApp = useDeleteApp(app.id);
  const [typed, setTyped] = useState('');
  const confirm = () =>
    deleteApp.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: `${app.name} is deleted.` });
        void navigate('/apps', { replace: true });
      },
    });

  return (
    <ConfirmModal
      opened
      title={`Delete ${app.name}?`}
      confirmLabel="Delete app"
      pending={deleteApp.isPending}
      error={deleteApp.error}
      disabled={typed.trim() !== app.name.trim()}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Text fz="sm">
        {count(app.connections, 'open connection')} will be closed. The app, its keys, webhooks and settings are deleted
        for good.
      </Text>
      <TextInput
        label={`Type “${app.name}” to confirm`}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </ConfirmModal>
  );
}
