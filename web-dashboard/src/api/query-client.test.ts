import { MutationObserver } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { createQueryClient } from './query-client';

it('keeps nothing of a call, secrets for instance, once nobody shows its answer', async () => {
  const client = createQueryClient();
  const reveal = new MutationObserver(client, { mutationFn: async (password: string) => ({ secret: password }) });
  const leave = reveal.subscribe(() => undefined);
  await reveal.mutate('correct horse');
  expect(client.getMutationCache().getAll()).toHaveLength(1);
  leave();
  await vi.waitFor(() => expect(client.getMutationCache().getAll()).toEqual([]));
});
