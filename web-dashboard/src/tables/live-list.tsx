import { Button, Group, Paper, Skeleton, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { LiveList as List } from '../api/insight-queries';
import { LoadError } from '../feedback/load-error';
import { StaleNotice } from '../feedback/stale-notice';

interface LiveListProps<Row> {
  list: List<Row>;
  /** Why there is nothing, and what next. */
  empty: ReactNode;
  children: (rows: Row[]) => ReactNode;
}

/** A list that grows page by page and keeps itself up to date. */
export function LiveList<Row>({ list, empty, children }: LiveListProps<Row>) {
  if (list.data === undefined) {
    return list.isError ? <LoadError error={list.error} retry={list.refetch} /> : <ListSkeleton />;
  }
  // A page may be empty and still have a next one: what was looked at has not matched so far.
  if (list.data.length === 0 && !list.hasNextPage) {
    return (
      <>
        <StaleNotice query={list} />
        {empty}
      </>
    );
  }
  return (
    <Paper withBorder px={{ base: 'sm', sm: 4 }} py={4}>
      <StaleNotice query={list} />
      {list.data.length > 0 && children(list.data)}
      {list.hasNextPage && (
        <Group justify="center" p="sm">
          <Button
            variant="default"
            size="xs"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {list.data.length === 0 ? 'None so far: look further' : 'Load more'}
          </Button>
        </Group>
      )}
      {list.isFetchNextPageError && <LoadError error={list.error} retry={list.fetchNextPage} />}
    </Paper>
  );
}

function ListSkeleton() {
  return (
    <Paper withBorder p="md" aria-busy="true" aria-label="Loading the list">
      <Stack gap="md">
        {[0, 1, 2, 3].map((index) => (
          <Skeleton key={index} h={36} />
        ))}
      </Stack>
    </Paper>
  );
}
