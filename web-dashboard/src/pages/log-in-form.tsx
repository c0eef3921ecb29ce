import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { isSession } from '../api/session';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { useLogIn } from '../session/use-session';
import { SecondFactorForm } from './second-factor-form';

/** Address and password, then the code where there is a second factor. `email` is who it must be, if it must. */
export function LogInForm({ email = '' }: { email?: string }) {
  const [challenge, setChallenge] = useState<string | null>(null);
  if (challenge !== null) return <SecondFactorForm challenge={challenge} onBack={() => setChallenge(null)} />;
  return <PasswordForm email={email} onChallenge={setChallenge} />;
}

function PasswordForm({ email, onChallenge }: { email: string; onChallenge: (challenge: string) => void }) {
  const logIn = useLogIn();
  const { form, general, pending, onSubmit } = useApiForm({ email, password: '' }, async (values) => {
    const answer = await logIn.mutateAsync(values);
    if (!isSession(answer)) onChallenge(answer.challenge);
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormAlert message={general} />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="email"
          autoFocus={email === ''}
          readOnly={email !== ''}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          autoFocus={email !== ''}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={pending} fullWidth mt={4} size="md">
          Log in
        </Button>
        <Text fz="sm">
          <Anchor component={Link} to="/forgot-password" underline="always">
            Forgot your password?
          </Anchor>
        </Text>
      </Stack>
    </form>
  );
}
