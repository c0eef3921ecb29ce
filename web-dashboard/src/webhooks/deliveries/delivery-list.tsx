import { Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { To } from 'react-router';
import type { DeliveryList as Query } from '../../api/delivery-queries';
import type { Delivery } from '../../api/delivery-types';
import { LoadError } from '../../feedback/load-error';
import { DeliveryTable } from './delivery-table';

interface DeliveryListProps {
  label: string;
  list: Query;
  /** Why there is nothing, and what next. */
  empty: ReactNode;
  linkTo: (delivery: Delivery) => To;
  actions?: (delivery: Delivery) => ReactNode;
}

/** A list that grows page by page towards the past. */
export function DeliveryList({ label, list, empty, linkTo, actions }: DeliveryListProps) {
  if (list.data === undefined) {
    return list.isError ? <LoadError error={list.error} retry={list.refetch} /> : <ListSkeleton />;
  }
  if (list.data.length === 0) return empty;
  return (
    <Paper withBorder px={{ base: 'sm', sm: 4 }} py={4}>
      <DeliveryTable label={label} deliveries={list.data} linkTo={linkTo} actions={actions} />
      <Group justify="center" p="sm">
        {list.hasNextPage ? (
          <Button variant="default" size="xs" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Load older
          </Button>
        ) : (
          <Text fz="xs" c="dimmed">
            That is all: the log goes back 7 days.
          </Text>
        )}
      </Group>
      {list.isFetchNextPageError && <LoadError error={list.error} retry={list.fetchNextPage} />}
    </Paper>
  );
}

function ListSkeleton() {
  return (
    <Paper withBorder p="md" aria-busy="true" aria-label="Loading deliveries">
      <Stack gap="md">
        {[0, 1, 2, 3, 4].map((index) => (
          <Skeleton key={index} h={42} />
        ))}
      </Stack>
    </Paper>
  );
}
