import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { AppKey } from '../api/types';
import { useCurrentApp } from '../app-page/app-layout';
import { EmptyState } from '../feedback/empty-state';
import { usePageTitle } from '../shell/page-title';
import { CreateKeyModal } from './create-key-modal';
import { DeleteKeyModal } from './delete-key-modal';
import { KeyCard } from './key-card';

export function KeysPage() {
  const app = useCurrentApp();
  usePageTitle('Keys', app.name);
  const [creating, setCreating] = useState(false);
  const [doomed, setDoomed] = useState<AppKey | null>(null);
  const createButton = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => setCreating(true)}>
      Create key
    </Button>
  );

  return (
    <Stack gap="lg" maw={820}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2}>Keys</Title>
          <Text c="dimmed" fz="sm" mt={2} maw={520}>
            The key goes into pages and servers, the secret into servers only. To replace a key without a gap, create
            the new one first, move over, then delete the old one.
          </Text>
        </div>
        {app.keys.length > 0 && createButton}
      </Group>
      {app.keys.length === 0 && (
        <EmptyState icon={<IconKey size={26} />} title="No keys" action={createButton}>
          Nothing can connect to this app without a key. Create one to start.
        </EmptyState>
      )}
      {app.keys.map((key) => (
        <KeyCard key={key.id} appId={app.id} appKey={key} onDelete={() => setDoomed(key)} />
      ))}
      <CreateKeyModal appId={app.id} opened={creating} onClose={() => setCreating(false)} />
      <DeleteKeyModal appId={app.id} doomed={doomed} isLast={app.keys.length === 1} onClose={() => setDoomed(null)} />
    </Stack>
  );
}
