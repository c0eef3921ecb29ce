import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { CreatedWebhook } from '../api/types';
import { CopyButton } from '../clipboard/copy-button';
import { ValueRow } from '../keys/value-row';

interface SigningSecretModalProps {
  created: CreatedWebhook;
  onClose: () => void;
}

/** Closes by its buttons only: a stray click beside it would lose the secret for good. */
export function SigningSecretModal({ created, onClose }: SigningSecretModalProps) {
  return (
    <Modal
      opened
      onClose={onClose}
      title="Save the signing secret"
      centered
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        <Text fz="sm">
          Your server checks with it that a request really comes from here. Requests go to{' '}
          <Text span fw={600} style={{ overflowWrap: 'anywhere' }}>
            {created.url}
          </Text>
          .
        </Text>
        <ValueRow label="Secret" value={created.signing_secret} testId="signing-secret">
          <CopyButton text={created.signing_secret} what="signing secret" compact />
        </ValueRow>
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />}>
          It is shown only now. If it gets lost, delete the endpoint and add it again.
        </Alert>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have saved it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
