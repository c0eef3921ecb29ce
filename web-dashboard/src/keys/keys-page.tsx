import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useApp } from '../api/app-queries';
import type { AppKey } from '../api/types';
import { useCurrentApp } from '../app-page/app-layout';
import { EmptyState } from '../feedback/empty-state';
import { holdersOf, useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { CreateKeyModal } from './create-key-modal';
import { KeyCard, type KeyAct } from './key-card';
import { LabelKeyModal } from './label-key-modal';
import { RevokeKeyModal } from './revoke-key-modal';
import { RotateKeyModal } from './rotate-key-modal';

/** During a rotation one watches the connections on the old key become fewer. */
const REFRESH_MS = 5_000;

const MODALS = { label: LabelKeyModal, rotate: RotateKeyModal, revoke: RevokeKeyModal };

export function KeysPage() {
  const app = useCurrentApp();
  usePageTitle('Keys', app.name);
  // The same data as the layout's: what is asked for here it gets as well.
  useApp(app.id, REFRESH_MS);
  const mayManage = useMay('manageKeys');
  const [creating, setCreating] = useState(false);
  const [asked, setAsked] = useState<{ act: KeyAct; key: AppKey } | null>(null);
  const AskedModal = asked && MODALS[asked.act];
  const createButton = mayManage && (
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
            The key goes into pages and servers, the secret into servers only. To replace a key without a gap, rotate it:
            both open the app until the old one expires.
          </Text>
        </div>
        {app.keys.length > 0 && createButton}
      </Group>
      {!mayManage && (
        <Text fz="sm" c="dimmed">
          Your role only looks: making, rotating and revoking keys takes {holdersOf('manageKeys')}, as does seeing a
          secret.
        </Text>
      )}
      {app.keys.length === 0 && (
        <EmptyState icon={<IconKey size={26} />} title="No keys" action={createButton || undefined}>
          Nothing can connect to this app without a key. Create one to start.
        </EmptyState>
      )}
      {app.keys.map((key) => (
        <KeyCard key={key.id} appId={app.id} appKey={key} onAct={(act) => setAsked({ act, key })} />
      ))}
      <CreateKeyModal appId={app.id} opened={creating} onClose={() => setCreating(false)} />
      {asked && AskedModal && <AskedModal appId={app.id} appKey={asked.key} onClose={() => setAsked(null)} />}
    </Stack>
  );
}
