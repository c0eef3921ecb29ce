import { Switch } from '@mantine/core';
import { useUpdateApp } from '../api/app-queries';
import type { App } from '../api/types';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { SettingCard } from './setting-card';

export function ClientEventsSetting({ app }: { app: App }) {
  const updateApp = useUpdateApp(app.id);
  return (
    <SettingCard
      title="Client events"
      explanation="Lets clients send events named client-… straight to each other on private and presence channels, without your server."
      effect="Takes effect at once; nobody is disconnected."
    >
      <Switch
        label="Allow client events"
        checked={app.settings.client_events}
        disabled={updateApp.isPending}
        onChange={(event) => updateApp.mutate({ settings: { client_events: event.currentTarget.checked } })}
      />
      <FormAlert message={updateApp.isError ? errorMessage(updateApp.error) : null} />
    </SettingCard>
  );
}
