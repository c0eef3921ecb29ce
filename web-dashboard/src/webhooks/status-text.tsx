import { Text } from '@mantine/core';

/** The endpoint's HTTP status. None means that it did not answer at all. */
export function StatusText({ status }: { status: number | null }) {
  const ok = status !== null && status >= 200 && status < 300;
  return (
    <Text span fz="inherit" fw={600} c={ok ? 'var(--mantine-primary-color-light-color)' : 'var(--mantine-color-error)'}>
      {status ?? 'No answer'}
    </Text>
  );
}
