import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconLock, IconPlugConnectedX } from '@tabler/icons-react';
import { ApiError } from '../api/api-error';
import { errorMessage } from '../forms/split-error';

/** In place of content that could not be loaded. */
export function LoadError({ error, retry }: { error: unknown; retry: () => unknown }) {
  // Then another role would help: the message says which.
  const isForbidden = error instanceof ApiError && error.code === 'forbidden';
  const Icon = isForbidden ? IconLock : IconPlugConnectedX;
  return (
    <Alert
      color={isForbidden ? 'gray' : 'red'}
      title={isForbidden ? 'This is not for your role' : 'This could not be loaded'}
      icon={<Icon aria-hidden />}
    >
      <Stack gap="sm" align="flex-start">
        <Text fz="sm">{errorMessage(error)}</Text>
        <Button size="xs" variant="default" onClick={() => retry()}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}
