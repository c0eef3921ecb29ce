import { Paper, Skeleton, Stack } from '@mantine/core';

/** In place of a list that is on its way. */
export function ListSkeleton({ label }: { label: string }) {
  return (
    <Paper withBorder p="md" aria-busy="true" aria-label={label}>
      <Stack gap="md">
        {[0, 1, 2].map((index) => (
          <Skeleton key={index} h={42} />
        ))}
      </Stack>
    </Paper>
  );
}
