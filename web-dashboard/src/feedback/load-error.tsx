import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { errorMessage } from '../forms/split-error';

/** In place of content that could not be loaded. */
export function LoadError({ error, retry }: { error: unknown; retry: () => unknown }) {
  return (
    <Alert color="red" title="This could not be loaded" icon={<IconPlugConnectedX aria-hidden />}>
      <Stack gap="sm" align="flex-start">
        <Text fz="sm">{errorMessage(error)}</Text>
        <Button size="xs" variant="default" onClick={() => retry()}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}
