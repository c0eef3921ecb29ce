import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useConfirmFactor, useEnrolFactor } from '../api/people-queries';
import type { Enrolment } from '../api/people-types';
import { CopyButton } from '../clipboard/copy-button';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { ValueRow } from '../keys/value-row';
import { QrCode } from './qr-code';

interface PasswordStepProps {
  onEnrolled: (enrolment: Enrolment) => void;
  onCancel: () => void;
}

export function PasswordStep({ onEnrolled, onCancel }: PasswordStepProps) {
  const enrol = useEnrolFactor();
  const { form, general, pending, onSubmit } = useApiForm({ password: '' }, async ({ password }) =>
    onEnrolled(await enrol.mutateAsync(password)),
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <Text fz="sm">You need an authenticator app, on your phone for example. First, show that it is you.</Text>
        <FormAlert message={general} />
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          data-autofocus
          {...form.getInputProps('password')}
        />
        <Buttons label="Go on" pending={pending} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

interface ConfirmStepProps {
  enrolment: Enrolment;
  onConfirmed: () => void;
  onCancel: () => void;
}

/** Nothing is asked for at login before this has shown that the authenticator works. */
export function ConfirmStep({ enrolment, onConfirmed, onCancel }: ConfirmStepProps) {
  const confirm = useConfirmFactor();
  const { form, general, pending, onSubmit } = useApiForm({ code: '' }, async ({ code }) => {
    await confirm.mutateAsync(code.trim());
    onConfirmed();
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <Text fz="sm">Scan this with the authenticator, or type the secret into it.</Text>
        <Group justify="center">
          <QrCode text={enrolment.otpauth_url} label="For the authenticator’s camera" />
        </Group>
        <ValueRow label="Secret" value={enrolment.secret}>
          <CopyButton text={enrolment.secret} what="secret" compact />
        </ValueRow>
        <FormAlert message={general} />
        <TextInput
          label="The code that it shows now"
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          {...form.getInputProps('code')}
        />
        <Buttons label="Enable" pending={pending} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

function Buttons({ label, pending, onCancel }: { label: string; pending: boolean; onCancel: () => void }) {
  return (
    <Group justify="flex-end" gap="sm">
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" loading={pending}>
        {label}
      </Button>
    </Group>
  );
}
