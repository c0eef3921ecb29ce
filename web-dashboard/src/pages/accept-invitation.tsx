import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { acceptInvitation } from '../api/account';
import { logOut } from '../api/session';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { useApiForm } from '../forms/use-api-form';
import { useChangeTenant } from '../session/use-change-tenant';
import { useAcceptAsNew } from '../session/use-session';

/** For who is logged in with the invited address. */
export function AcceptAs({ token, email }: { token: string; email: string }) {
  const accept = useChangeTenant(acceptInvitation);
  return (
    <>
      <Text style={{ overflowWrap: 'anywhere' }}>
        You are logged in as <strong>{email}</strong>.
      </Text>
      <FormAlert message={accept.isError ? errorMessage(accept.error) : null} />
      <Button size="md" loading={accept.isPending} onClick={() => accept.mutate(token)}>
        Accept the invitation
      </Button>
    </>
  );
}

/** For who has no account yet: a password is all that is missing, the link shows that the address is theirs. */
export function NewAccountForm({ token, email }: { token: string; email: string }) {
  const navigate = useNavigate();
  const accept = useAcceptAsNew();
  const { form, general, pending, onSubmit } = useApiForm({ password: '' }, async ({ password }) => {
    await accept.mutateAsync({ token, password });
    await navigate('/apps', { replace: true });
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormAlert message={general} />
        <TextInput label="E-mail" type="email" autoComplete="username" value={email} readOnly />
        <PasswordInput
          label="Choose a password"
          description="At least 10 characters."
          autoComplete="new-password"
          autoFocus
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={pending} fullWidth mt={4} size="md">
          Create account and join
        </Button>
      </Stack>
    </form>
  );
}

/** For who is logged in as somebody else. */
export function WrongAccount({ invited, email }: { invited: string; email: string }) {
  const leave = useMutation({
    mutationFn: logOut,
    // A full load, so that nothing stays in memory; the link stays in the address.
    onSuccess: () => window.location.reload(),
  });
  return (
    <>
      <Text style={{ overflowWrap: 'anywhere' }}>
        The invitation is for <strong>{invited}</strong>, and you are logged in as <strong>{email}</strong>.
      </Text>
      <FormAlert message={leave.isError ? errorMessage(leave.error) : null} />
      <Button size="md" loading={leave.isPending} onClick={() => leave.mutate()}>
        Log out and go on
      </Button>
    </>
  );
}
