import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useUpdateApp } from '../api/app-queries';
import type { App } from '../api/types';
import { ConfirmModal } from '../feedback/confirm-modal';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { SettingCard } from './setting-card';

/** Enabling is harmless and happens at once; disabling cuts people off, so it asks first. */
export function AvailabilitySetting({ app }: { app: App }) {
  const updateApp = useUpdateApp(app.id);
  const [asking, setAsking] = useState(false);
  const close = () => {
    updateApp.reset();
    setAsking(false);
  };
  const disable = () =>
    updateApp.mutate(
      { enabled: false },
      {
        onSuccess: () => {
          notifications.show({ message: 'The app is disabled.' });
          close();
        },
      },
    );

  return (
    <SettingCard
      title="Availability"
      explanation={
        app.enabled
          ? 'The app is enabled: it takes connections and REST calls.'
          : 'The app is disabled: connections and REST calls are refused. Keys, webhooks and settings are kept.'
      }
      effect={
        app.enabled
          ? 'Disabling takes effect at once: open connections are closed and new ones refused until you enable it again.'
          : 'Enabling takes effect at once; clients connect again by themselves or after a reload.'
      }
    >
      <Group>
        {app.enabled ? (
          <Button variant="default" onClick={() => setAsking(true)}>
            Disable app
          </Button>
        ) : (
          <Button loading={updateApp.isPending} onClick={() => updateApp.mutate({ enabled: true })}>
            Enable app
          </Button>
        )}
      </Group>
      <FormAlert message={updateApp.isError && !asking ? errorMessage(updateApp.error) : null} />
      <ConfirmModal
        opened={asking}
        title={`Disable ${app.name}?`}
        confirmLabel="Disable app"
        pending={updateApp.isPending}
        error={updateApp.error}
        onConfirm={disable}
        onClose={close}
      >
        <Text fz="sm">
          All open connections are closed now, and new connections and REST calls are refused. Nothing is deleted; you
          can enable the app again at any time.
        </Text>
      </ConfirmModal>
    </SettingCard>
  );
}
