import { Text } from '@mantine/core';
import { errorMessage } from '../forms/split-error';

interface Polled {
  isRefetchError: boolean;
  error: unknown;
}

/** Above figures that would look live although the server stopped answering; nothing while they are. */
export function StaleNotice({ query }: { query: Polled }) {
  if (!query.isRefetchError) return null;
  return (
    <Text fz="sm" c="var(--mantine-color-error)" role="status">
      Not up to date: {errorMessage(query.error)}
    </Text>
  );
}
