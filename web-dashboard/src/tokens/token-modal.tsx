import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { CopyButton } from '../clipboard/copy-button';
import { Dialog } from '../feedback/dialog';
import { ValueRow } from '../keys/value-row';

/** Closes by its buttons only: a stray click beside it would lose the token for good. */
export function TokenModal({ token, onClose }: { token: string; onClose: () => void }) {
  return (
    <Dialog
      opened
      onClose={onClose}
      title="Save the token"
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        <Text fz="sm">Programs send it in the header “Authorization: Bearer …”.</Text>
        <ValueRow label="Token" value={token} testId="token">
          <CopyButton text={token} what="token" compact />
        </ValueRow>
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />}>
          It is not shown again. Who has it may do what its scopes say, so keep it out of repositories and logs.
        </Alert>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have saved it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
