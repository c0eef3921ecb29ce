import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { createQueryClient } from '../api/query-client';
import type { LiveList as List } from '../api/insight-queries';
import { Providers } from '../providers';
import { LiveList } from './live-list';

const fresh: List<string> = {
  data: ['room-1'],
  error: null,
  isError: false,
  hasNextPage: false,
  isFetchingNextPage: false,
  isFetchNextPageError: false,
  isRefetchError: false,
  refetch: () => undefined,
  fetchNextPage: () => undefined,
};

const show = (list: List<string>) =>
  render(
    <Providers queryClient={createQueryClient()} env="test">
      <LiveList list={list} empty={<p>Nothing is there</p>}>
        {(rows) => <p>{rows.join()}</p>}
      </LiveList>
    </Providers>,
  );

it('says above its rows that they are not up to date', () => {
  show({ ...fresh, isError: true, isRefetchError: true, error: new Error('away') });
  expect(screen.getByRole('status').textContent).toMatch(/^Not up to date: /);
  expect(screen.getByText('room-1')).toBeTruthy();
});

it('says so of an empty list too', () => {
  show({ ...fresh, data: [], isError: true, isRefetchError: true, error: new Error('away') });
  expect(screen.getByRole('status')).toBeTruthy();
  expect(screen.getByText('Nothing is there')).toBeTruthy();
});

it('says nothing while it is', () => {
  show(fresh);
  expect(screen.queryByRole('status')).toBeNull();
});
