import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconPencil, IconRefresh, IconTrash } from '@tabler/icons-react';
import type { AppKey } from '../api/types';
import { CopyButton } from '../clipboard/copy-button';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { useMay } from '../session/rights';
import { MASKED_SECRET } from '../snippets/connection';
import { KeyFacts } from './key-facts';
import { nameOf } from './key-name';
import { KeyBadge, RotationNotice } from './key-state';
import { ValueRow } from './value-row';
import { useSecret } from './use-secret';

/** What can be asked of a key. */
export type KeyAct = 'label' | 'rotate' | 'revoke';

interface KeyCardProps {
  appId: string;
  appKey: AppKey;
  onAct: (act: KeyAct) => void;
}

export function KeyCard({ appId, appKey, onAct }: KeyCardProps) {
  const name = nameOf(appKey);
  return (
    <Paper withBorder p="lg" component="article" aria-label={name}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Group gap="sm" miw={0}>
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Text>
            <KeyBadge state={appKey.state} />
          </Group>
          <KeyActions name={name} state={appKey.state} onAct={onAct} />
        </Group>
        <RotationNotice appKey={appKey} />
        <KeyFacts appKey={appKey} />
        <KeyValues appId={appId} appKey={appKey} name={name} />
      </Stack>
    </Paper>
  );
}

interface KeyActionsProps {
  name: string;
  state: AppKey['state'];
  onAct: KeyCardProps['onAct'];
}

function KeyActions({ name, state, onAct }: KeyActionsProps) {
  if (!useMay('manageKeys')) return null;
  const look = { variant: 'subtle', color: 'gray', size: 'compact-sm' } as const;
  return (
    <Group gap={4}>
      <Button {...look} leftSection={<IconPencil size={15} aria-hidden />} aria-label={`Name ${name}`} onClick={() => onAct('label')}>
        Name
      </Button>
      {state === 'active' && (
        <Button {...look} leftSection={<IconRefresh size={15} aria-hidden />} aria-label={`Rotate ${name}`} onClick={() => onAct('rotate')}>
          Rotate
        </Button>
      )}
      <Button {...look} color="red" leftSection={<IconTrash size={15} aria-hidden />} aria-label={`Revoke ${name}`} onClick={() => onAct('revoke')}>
        Revoke
      </Button>
    </Group>
  );
}

function KeyValues({ appId, appKey, name }: { appId: string; appKey: AppKey; name: string }) {
  const secret = useSecret(appId, appKey.id);
  const mayReveal = useMay('revealSecrets');
  const shown = secret.shownSecret !== null;
  return (
    <Stack gap={8}>
      <ValueRow label="Key" value={appKey.key}>
        <CopyButton text={appKey.key} what="key" compact />
      </ValueRow>
      <ValueRow label="Secret" value={secret.shownSecret ?? MASKED_SECRET} testId="key-secret">
        {mayReveal && (
          <>
            <Button
              variant="subtle"
              color="gray"
              size="xs"
              loading={secret.pending}
              aria-label={shown ? `Hide the secret of ${name}` : `Reveal the secret of ${name}`}
              onClick={() => (shown ? secret.hide() : void secret.reveal())}
            >
              {shown ? 'Hide' : 'Reveal'}
            </Button>
            <CopyButton text={secret.load} what="secret" compact />
          </>
        )}
      </ValueRow>
      <FormAlert message={secret.error ? errorMessage(secret.error) : null} />
    </Stack>
  );
}
