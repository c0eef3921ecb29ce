import { Group, Paper, Skeleton, Stack } from '@mantine/core';

/** As tall as a healthy endpoint's card. */
export function ListSkeleton() {
  return (
    <Stack gap="lg" aria-busy="true" aria-label="Loading webhooks">
      {[0, 1].map((index) => (
        <Paper key={index} withBorder p="lg">
          <Skeleton h={18} w="45%" my={3} />
          <Group justify="space-between" mt="md">
            <Skeleton h={38} w={340} />
            <Skeleton h={54} w={168} />
          </Group>
          <Skeleton h={20} w={420} mt="md" maw="100%" />
        </Paper>
      ))}
    </Stack>
  );
}
