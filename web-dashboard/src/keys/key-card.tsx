import { ActionIcon, Button, Group, Paper, Stack, Text, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { AppKey } from '../api/types';
import { CopyButton } from '../clipboard/copy-button';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { formatDateTime } from '../format/time';
import { MASKED_SECRET } from '../snippets/connection';
import { ValueRow } from './value-row';
import { useSecret } from './use-secret';

interface KeyCardProps {
  appId: string;
  appKey: AppKey;
  onDelete: () => void;
}

export function KeyCard({ appId, appKey, onDelete }: KeyCardProps) {
  const secret = useSecret(appId, appKey.id);
  const shown = secret.shownSecret !== null;
  const name = appKey.label === '' ? 'Key without a label' : appKey.label;

  return (
    <Paper withBorder p="lg" component="article" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Text fz="xs" c="dimmed">
            Created {formatDateTime(appKey.created_at)}
          </Text>
        </div>
        <Tooltip label="Delete key" withArrow>
          <ActionIcon variant="subtle" color="red" size="lg" onClick={onDelete} aria-label={`Delete ${name}`}>
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
      <Stack gap={8} mt="md">
        <ValueRow label="Key" value={appKey.key}>
          <CopyButton text={appKey.key} what="key" compact />
        </ValueRow>
        <ValueRow label="Secret" value={secret.shownSecret ?? MASKED_SECRET} testId="key-secret">
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
        </ValueRow>
        <FormAlert message={secret.error ? errorMessage(secret.error) : null} />
      </Stack>
    </Paper>
  );
}
