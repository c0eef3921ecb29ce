import { Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useApps } from '../api/app-queries';
import { deleteTenant } from '../api/tenants';
import { ConfirmModal } from '../feedback/confirm-modal';
import { count } from '../format/count';
import { useChangeTenant } from '../session/use-change-tenant';

export function DeleteOrganisationModal({ name, onClose }: { name: string; onClose: () => void }) {
  const apps = useApps().data;
  const [typed, setTyped] = useState('');
  const remove = useChangeTenant(async (confirmation: string) => {
    await deleteTenant(confirmation);
    notifications.show({ message: `${name} is deleted.` });
  });
  const connections = apps?.reduce((sum, app) => sum + app.connections, 0) ?? 0;
  return (
    <ConfirmModal
      opened
      title={`Delete ${name}?`}
      confirmLabel="Delete organisation"
      pending={remove.isPending}
      error={remove.error}
      disabled={typed !== name}
      onConfirm={() => remove.mutate(typed)}
      onClose={onClose}
    >
      <Text fz="sm">
        {apps !== undefined && `${count(apps.length, 'app')} with ${count(connections, 'open connection')} will be gone. `}
        Everything is deleted for good, and all its members lose access.
      </Text>
      <TextInput
        label={`Type “${name}” to confirm`}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </ConfirmModal>
  );
}
