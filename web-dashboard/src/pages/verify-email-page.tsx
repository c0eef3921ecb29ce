import { Button, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconCheck } from '@tabler/icons-react';
import { verifyEmail } from '../api/account';
import { ApiError } from '../api/api-error';
import { queryKeys } from '../api/query-keys';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { useLinkToken } from '../session/link-token';
import { useSession } from '../session/use-session';
import { usePageTitle } from '../shell/page-title';
import { BrokenLink } from './broken-link';
import { Notice } from './notice';

/** Verifies on a press and not by being opened: programs that look at mails open their links, and each works once. */
export function VerifyEmailPage() {
  usePageTitle('Verify your e-mail address');
  const token = useLinkToken();
  const session = useSession();
  const client = useQueryClient();
  const verify = useMutation({
    mutationFn: verifyEmail,
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.session }),
  });
  const onwards = { label: session.data ? 'Go to your apps' : 'Log in', to: '/apps' };

  if (token === null) return <BrokenLink action={onwards} />;
  if (verify.isSuccess) {
    return (
      <Notice icon={<IconCheck size={26} />} title="Your address is verified" action={onwards}>
        <strong>{verify.data.email}</strong> is shown to be yours.
      </Notice>
    );
  }
  if (verify.error instanceof ApiError && verify.error.status === 410) {
    return (
      <BrokenLink
        message={`${verify.error.message} If your address is not verified yet, log in: we send you another one.`}
        action={onwards}
      />
    );
  }
  return (
    <Stack gap="md">
      <Title order={1}>Verify your e-mail address</Title>
      <Text>One press, and we know that the address is yours.</Text>
      <FormAlert message={verify.isError ? errorMessage(verify.error) : null} />
      <Button size="md" loading={verify.isPending} onClick={() => verify.mutate(token)}>
        Verify my address
      </Button>
    </Stack>
  );
}
