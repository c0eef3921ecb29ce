import { Group, Skeleton, Stack } from '@mantine/core';
import classes from './app-page.module.css';

export function AppSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading the app">
      <div className={classes.heading}>
        <Skeleton h={14} w={130} my={4} />
        <Skeleton h={30} w={260} mt={10} />
      </div>
      <Group className={classes.sections} h={44} gap="lg">
        {[104, 36, 72, 60].map((width) => (
          <Skeleton key={width} h={16} w={width} />
        ))}
      </Group>
      <Stack gap="lg">
        <Skeleton h={180} />
        <Skeleton h={260} />
      </Stack>
    </div>
  );
}
