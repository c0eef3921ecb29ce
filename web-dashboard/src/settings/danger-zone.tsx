import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { App } from '../api/types';
import { holdersOf, useMay } from '../session/rights';
import { DeleteAppModal } from './delete-app-modal';
import { SettingCard } from './setting-card';

export function DangerZone({ app }: { app: App }) {
  const [asking, setAsking] = useState(false);
  const mayDelete = useMay('deleteApps');
  return (
    <SettingCard
      title="Delete this app"
      explanation="Closes its connections and deletes its keys, webhooks and settings. This cannot be undone."
      danger
    >
      <Group>
        <Button color="red" variant="outline" disabled={!mayDelete} onClick={() => setAsking(true)}>
          Delete app
        </Button>
      </Group>
      {!mayDelete && (
        <Text fz="sm" c="dimmed">
          Deleting an app takes {holdersOf('deleteApps')}.
        </Text>
      )}
      {asking && <DeleteAppModal app={app} onClose={() => setAsking(false)} />}
    </SettingCard>
  );
}
