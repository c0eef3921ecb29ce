import type { App } from '../api/types';
import { AllowedOrigins } from './allowed-origins';
import { AuthorizationTimeout } from './authorization-timeout';
import { SettingCard } from './setting-card';
import { SwitchSetting } from './switch-setting';

export function AccessSettings({ app }: { app: App }) {
  return (
    <SettingCard title="Access" explanation="Who may stay connected, and how.">
      <SwitchSetting
        app={app}
        name="authorized_connections"
        label="Authorized connections only"
        explanation="Closes a connection that neither signs in nor joins a private or presence channel in time."
        effect="Takes effect at once; nobody is disconnected: it concerns connections opened afterwards."
      >
        <AuthorizationTimeout app={app} />
      </SwitchSetting>
      <SwitchSetting
        app={app}
        name="force_tls"
        label="Force TLS"
        explanation="Refuses connections and API calls that are not encrypted."
        effect="Takes effect at once; nobody is disconnected: new plain connections are refused, open ones stay."
      />
      <AllowedOrigins app={app} />
    </SettingCard>
  );
}
