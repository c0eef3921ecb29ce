import { Stack } from '@mantine/core';
import { useCurrentApp } from '../app-page/app-layout';
import { OnlyWith } from '../feedback/only-with';
import { usePageTitle } from '../shell/page-title';
import { AccessSettings } from './access-settings';
import { AvailabilitySetting } from './availability-setting';
import { DangerZone } from './danger-zone';
import { EventSettings } from './event-settings';
import { LimitsSetting } from './limits-setting';
import { RenameSetting } from './rename-setting';
import { WebhookSettings } from './webhook-settings';

export function SettingsPage() {
  const app = useCurrentApp();
  usePageTitle('Settings', app.name);
  return (
    <Stack gap="lg" maw={820}>
      <OnlyWith right="manageApps" what="changing settings">
        <RenameSetting app={app} />
        <EventSettings app={app} />
        <WebhookSettings app={app} />
        <AccessSettings app={app} />
        <LimitsSetting app={app} />
        <AvailabilitySetting app={app} />
      </OnlyWith>
      <DangerZone app={app} />
    </Stack>
  );
}
