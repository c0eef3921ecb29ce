import { Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'react-router';
import { isSession } from '../api/session';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { useSignUp } from '../session/use-session';
import { usePageTitle } from '../shell/page-title';
import { Notice } from './notice';

export function SignUpPage() {
  usePageTitle('Sign up');
  const { search } = useLocation();
  const signUp = useSignUp();
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  const { form, general, pending, onSubmit } = useApiForm(
    { organisation: '', email: '', password: '' },
    async (values) => {
      const answer = await signUp.mutateAsync(values);
      if (!isSession(answer)) setMailedTo(values.email.trim());
    },
  );

  if (mailedTo !== null) {
    return (
      <Notice icon={<IconMail size={26} />} title="Check your mail" action={{ label: 'Log in', to: `/login${search}` }}>
        We have sent a link to <strong>{mailedTo}</strong>. Follow it, then log in with your password. Nothing came?
        Look into the spam folder, and at the address above.
      </Notice>
    );
  }

  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <div>
          <Title order={1}>Create your account</Title>
          <Text c="dimmed" mt={4}>
            Already have one?{' '}
            <Anchor component={Link} to={`/login${search}`} underline="always">
              Log in
            </Anchor>
          </Text>
        </div>
        <FormAlert message={general} />
        <TextInput
          label="Organisation"
          description="A company, a team or yourself. Your apps belong to it."
          autoComplete="organization"
          autoFocus
          {...form.getInputProps('organisation')}
        />
        <TextInput label="E-mail" type="email" autoComplete="email" {...form.getInputProps('email')} />
        <PasswordInput
          label="Password"
          description="At least 10 characters."
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={pending} fullWidth mt={4} size="md">
          Sign up
        </Button>
      </Stack>
    </form>
  );
}
