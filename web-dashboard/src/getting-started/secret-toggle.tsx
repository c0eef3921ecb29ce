import { Button } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import type { Secret } from '../keys/use-secret';

export function SecretToggle({ secret }: { secret: Secret }) {
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
