import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { resetPassword } from '../api/account';
import { ApiError } from '../api/api-error';
import { queryKeys } from '../api/query-keys';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { useLinkToken } from '../session/link-token';
import { usePageTitle } from '../shell/page-title';
import { BrokenLink } from './broken-link';
import { Notice } from './notice';

const AGAIN = { label: 'Ask for a new link', to: '/forgot-password' };

export function ResetPasswordPage() {
  usePageTitle('New password');
  const token = useLinkToken();
  const [outcome, setOutcome] = useState<'done' | ApiError | null>(null);
  if (token === null) return <BrokenLink action={AGAIN} />;
  if (outcome instanceof ApiError) return <BrokenLink message={outcome.message} action={AGAIN} />;
  if (outcome === 'done') {
    return (
      <Notice icon={<IconCheck size={26} />} title="Your password is changed" action={{ label: 'Log in', to: '/login' }}>
        All sessions have ended, in every browser.
      </Notice>
    );
  }
  return <NewPasswordForm token={token} onOutcome={setOutcome} />;
}

interface NewPasswordFormProps {
  token: string;
  onOutcome: (outcome: 'done' | ApiError) => void;
}

function NewPasswordForm({ token, onOutcome }: NewPasswordFormProps) {
  const client = useQueryClient();
  const { form, general, pending, onSubmit } = useApiForm({ password: '' }, async ({ password }) => {
    try {
      await resetPassword({ token, password });
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) return onOutcome(error);
      throw error;
    }
    // The session of this browser has ended as well.
    client.setQueryData(queryKeys.session, null);
    onOutcome('done');
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <div>
          <Title order={1}>Choose a new password</Title>
          <Text c="dimmed" mt={4}>
            It ends all your sessions, so that nobody stays logged in with the old one.
          </Text>
        </div>
        <FormAlert message={general} />
        <PasswordInput
          label="New password"
          description="At least 10 characters."
          autoComplete="new-password"
          autoFocus
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={pending} fullWidth mt={4} size="md">
          Change password
        </Button>
      </Stack>
    </form>
  );
}
