import type { App } from '../api/types';
import { SettingCard } from './setting-card';
import { SwitchSetting } from './switch-setting';

export function EventSettings({ app }: { app: App }) {
  return (
    <SettingCard title="Events" explanation="What clients may send to each other, and what they are told.">
      <SwitchSetting
        app={app}
        name="client_events"
        label="Allow client events"
        explanation="Lets clients send events named client-… straight to each other on private and presence channels, without your server."
        effect="Takes effect at once; nobody is disconnected."
      />
      <SwitchSetting
        app={app}
        name="subscription_count"
        label="Subscription counting"
        explanation="Tells subscribers, webhooks and API calls how many subscribers a channel has; presence channels have their members instead."
        effect="Takes effect at once; nobody is disconnected."
      />
      <SwitchSetting
        app={app}
        name="watchlist"
        label="Watchlist events"
        explanation="Tells signed-in users when people on their watchlist come online and go offline."
        effect="Takes effect at once for users who sign in from then on; nobody is disconnected."
      />
      <SwitchSetting
        app={app}
        name="compression"
        label="Compress events"
        explanation="Sends events deflated to clients that offer it, as browsers do. JSON shrinks to a fraction on the wire; the server spends more processor time and memory on each connection. Small events gain little."
        effect="Takes effect at once; nobody is disconnected: it concerns connections opened afterwards."
      />
    </SettingCard>
  );
}
