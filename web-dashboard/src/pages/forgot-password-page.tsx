import { Anchor, Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { requestReset } from '../api/account';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { usePageTitle } from '../shell/page-title';
import { Notice } from './notice';

export function ForgotPasswordPage() {
  usePageTitle('Forgotten password');
  const [message, setMessage] = useState<string | null>(null);
  const { form, general, pending, onSubmit } = useApiForm({ email: '' }, async ({ email }) => {
    setMessage((await requestReset(email)).message);
  });
  if (message !== null) {
    return (
      <Notice icon={<IconMail size={26} />} title="Check your mail" action={{ label: 'Back to log in', to: '/login' }}>
        {message} It works for half an hour. Look into the spam folder as well.
      </Notice>
    );
  }
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <div>
          <Title order={1}>Forgot your password?</Title>
          <Text c="dimmed" mt={4}>
            We send you a link to choose a new one.{' '}
            <Anchor component={Link} to="/login" underline="always">
              Back to log in
            </Anchor>
          </Text>
        </div>
        <FormAlert message={general} />
        <TextInput label="E-mail" type="email" autoComplete="email" autoFocus {...form.getInputProps('email')} />
        <Button type="submit" loading={pending} fullWidth mt={4} size="md">
          Send the link
        </Button>
      </Stack>
    </form>
  );
}
