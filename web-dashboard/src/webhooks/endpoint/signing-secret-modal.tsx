import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { CopyButton } from '../../clipboard/copy-button';
import { Dialog } from '../../feedback/dialog';
import { ValueRow } from '../../keys/value-row';

interface SigningSecretModalProps {
  secret: string;
  /** What it is for. */
  children: ReactNode;
  warning: string;
  onClose: () => void;
}

/** Closes by its buttons only: a stray click beside it would lose the secret for good. */
export function SigningSecretModal({ secret, children, warning, onClose }: SigningSecretModalProps) {
  return (
    <Dialog
      opened
      onClose={onClose}
      title="Save the signing secret"
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        <Text fz="sm">{children}</Text>
        <ValueRow label="Secret" value={secret} testId="signing-secret">
          <CopyButton text={secret} what="signing secret" compact />
        </ValueRow>
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />}>
          {warning}
        </Alert>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have saved it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
