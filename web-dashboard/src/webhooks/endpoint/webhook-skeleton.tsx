import { Group, Skeleton, Stack } from '@mantine/core';

/** Laid out as the endpoint's page. */
export function WebhookSkeleton() {
  return (
    <Stack gap="lg" aria-busy="true" aria-label="Loading the endpoint">
      <Group justify="space-between" align="flex-end">
        <div>
          <Skeleton h={14} w={80} my={4} />
          <Skeleton h={22} w={280} mt={6} />
          <Skeleton h={14} w={220} my={10} />
        </div>
        <Skeleton h={36} w={270} />
      </Group>
      <Group justify="space-between">
        <Skeleton h={38} w={400} maw="100%" />
        <Skeleton h={54} w={168} />
      </Group>
      <Skeleton h={44} />
      <Skeleton h={260} />
    </Stack>
  );
}
