import { Paper, Skeleton } from '@mantine/core';

/** As tall as a card, so that nothing moves when the apps arrive. */
export function AppCardSkeleton() {
  return (
    <Paper withBorder p="lg">
      <Skeleton h={20} w="55%" my={2} />
      <Skeleton h={13} w={170} mt={7} />
      <Skeleton h={16} w={140} mt={27} mb={3} />
    </Paper>
  );
}
