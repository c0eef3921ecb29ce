import { Alert, Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { IconMail } from '@tabler/icons-react';
import { resendVerification } from '../api/account';
import { errorMessage } from '../forms/split-error';

/** Over every page, until the address is verified: nothing can be changed before. */
export function VerifyNotice({ email }: { email: string }) {
  const resend = useMutation({ mutationFn: resendVerification });
  return (
    <Alert color="orange" mb="lg" icon={<IconMail aria-hidden />} title="Verify your e-mail address">
      <Text fz="sm">
        Until then you can look around but change nothing. Follow the link that we sent to <strong>{email}</strong>.
      </Text>
      <Group mt="xs" gap="sm">
        <Button size="xs" variant="default" loading={resend.isPending} onClick={() => resend.mutate()}>
          Send it again
        </Button>
        <Text fz="sm" role="status">
          {resend.isSuccess && resend.data.message}
          {resend.isError && errorMessage(resend.error)}
        </Text>
      </Group>
    </Alert>
  );
}
