import type { App, NumberSetting as NumberName } from '../api/types';
import { rangeText } from './limits';
import { NumberSetting } from './number-setting';
import { SettingCard } from './setting-card';

const NAME: NumberName = 'webhook_debounce_ms';

export function WebhookSettings({ app }: { app: App }) {
  return (
    <SettingCard
      title="Webhooks"
      explanation="When a channel empties or a member leaves, webhooks wait a moment before they tell: whoever reloads a page is back at once, and then neither the leaving nor the return is told. Clients hear of it without delay."
      effect="Takes effect at once, for whoever leaves from then on; nobody is disconnected."
    >
      <NumberSetting
        app={app}
        name={NAME}
        label="Wait before telling of a leaving"
        description={`For channel_vacated and member_removed: ${rangeText(NAME, 'ms')}. 0 tells at once.`}
        unit="ms"
        saveLabel="Save wait"
        doneMessage="The wait is saved."
      />
    </SettingCard>
  );
}
