import { Alert } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';

/** The general error of a form or an action; nothing when there is none. */
export function FormAlert({ message }: { message: string | null }) {
  if (message === null) return null;
  return (
    <Alert color="red" role="alert" icon={<IconAlertCircle aria-hidden />}>
      {message}
    </Alert>
  );
}
