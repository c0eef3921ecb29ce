import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { usePageTitle } from '../shell/page-title';
import { LogInForm } from './log-in-form';

export function LogInPage() {
  usePageTitle('Log in');
  const { search } = useLocation();
  return (
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
      <LogInForm />
    </Stack>
  );
}
