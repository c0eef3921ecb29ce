import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { App } from '../api/types';
import { DeleteAppModal } from './delete-app-modal';
import { SettingCard } from './setting-card';

export function DangerZone({ app }: { app: App }) {
  const [asking, setAsking] = useState(false);
  return (
    <SettingCard
      title="Delete this app"
      explanation="Closes its connections and deletes its keys, webhooks and settings. This cannot be undone."
      danger
    >
      <Group>
        <Button color="red" variant="outline" onClick={() => setAsking(true)}>
          Delete app
        </Button>
      </Group>
      {asking && <DeleteAppModal app={app} onClose={() => setAsking(false)} />}
    </SettingCard>
  );
}
