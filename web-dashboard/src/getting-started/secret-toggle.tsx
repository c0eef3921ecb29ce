import { Button, Text } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import type { Secret } from '../keys/use-secret';
import { holdersOf, useMay } from '../session/rights';

export function SecretToggle({ secret }: { secret: Secret }) {
  const may = useMay('revealSecrets');
  if (!may) {
    return (
      <Text fz="xs" c="dimmed">
        The secret takes {holdersOf('revealSecrets')}
      </Text>
    );
  }
  const shown = secret.shownSecret !== null;
  const Icon = shown ? IconEyeOff : IconEye;
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon size={15} aria-hidden />}
      loading={secret.pending}
      onClick={() => (shown ? secret.hide() : void secret.reveal())}
    >
      {shown ? 'Hide secret' : 'Reveal secret'}
    </Button>
  );
}
