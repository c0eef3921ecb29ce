import { Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { useLogIn } from '../session/use-session';
import { usePageTitle } from '../shell/page-title';

export function LogInPage() {
  usePageTitle('Log in');
  const { search } = useLocation();
  const logIn = useLogIn();
  const { form, general, pending, onSubmit } = useApiForm({ email: '', password: '' }, logIn.mutateAsync);

  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <div>
          <Title order={1}>Log in</Title>
          <Text c="dimmed" mt={4}>
            New here?{' '}
            <Anchor component={Link} to={`/signup${search}`} underline="always">
              Create an account
            </Anchor>
          </Text>
        </div>
        <FormAlert message={general} />
        <TextInput label="E-mail" type="email" autoComplete="email" autoFocus {...form.getInputProps('email')} />
        <PasswordInput label="Password" autoComplete="current-password" {...form.getInputProps('password')} />
        <Button type="submit" loading={pending} fullWidth mt={4} size="md">
          Log in
        </Button>
      </Stack>
    </form>
  );
}
