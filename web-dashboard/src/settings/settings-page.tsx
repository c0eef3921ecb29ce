import { Stack } from '@mantine/core';
import { useCurrentApp } from '../app-page/app-layout';
import { usePageTitle } from '../shell/page-title';
import { AvailabilitySetting } from './availability-setting';
import { ClientEventsSetting } from './client-events-setting';
import { DangerZone } from './danger-zone';
import { RenameSetting } from './rename-setting';

export function SettingsPage() {
  const app = useCurrentApp();
  usePageTitle('Settings', app.name);
  return (
    <Stack gap="lg" maw={820}>
      <RenameSetting app={app} />
      <ClientEventsSetting app={app} />
      <AvailabilitySetting app={app} />
      <DangerZone app={app} />
    </Stack>
  );
}
