import { Text } from '@mantine/core';

export const isSuccess = (status: number | null) => status !== null && status >= 200 && status < 300;

/** The endpoint's HTTP status. None means that it did not answer at all. */
export function StatusText({ status }: { status: number | null }) {
  const color = isSuccess(status) ? 'var(--mantine-primary-color-light-color)' : 'var(--mantine-color-error)';
  return (
    <Text span fz="inherit" fw={600} c={color}>
      {status ?? 'No answer'}
    </Text>
  );
}
