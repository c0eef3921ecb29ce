import { Text } from '@mantine/core';
import type { EndpointRef } from '../../api/deliveries';
import { useRotateSecret } from '../../api/webhook-queries';
import { ConfirmModal } from '../../feedback/confirm-modal';
import { formatUtc } from '../../format/time';
import { SigningSecretModal } from './signing-secret-modal';

interface RotateSecretModalProps {
  endpoint: EndpointRef;
  onClose: () => void;
}

/** Asks, then shows the new secret in its place. */
export function RotateSecretModal({ endpoint, onClose }: RotateSecretModalProps) {
  const rotate = useRotateSecret(endpoint);
  if (rotate.data !== undefined) {
    const { signing_secret, previous_secret_until } = rotate.data;
    return (
      <SigningSecretModal secret={signing_secret} warning="It is shown only now." onClose={onClose}>
        Requests are signed with it from now on. The old secret signs them as well until{' '}
        <Text span fz="inherit" fw={600}>
          {formatUtc(previous_secret_until)}
        </Text>
        : replace it on your server before then.
      </SigningSecretModal>
    );
  }
  return (
    <ConfirmModal
      opened
      title="Rotate the signing secret?"
      confirmLabel="Rotate secret"
      pending={rotate.isPending}
      error={rotate.error}
      onConfirm={() => rotate.mutate()}
      onClose={onClose}
    >
      <Text fz="sm">
        A new secret is made and shown once. For 24 hours every request bears the signatures of both, so that your
        server can change over without refusing any. A secret that was already on its way out stops signing now.
      </Text>
    </ConfirmModal>
  );
}
