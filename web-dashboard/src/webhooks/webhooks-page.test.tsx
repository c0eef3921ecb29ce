import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { fieldError, stubApi, type Answer } from '../test-server';
import { DEFAULT_EVENT_TYPES } from './event-types';

const created = {
  id: 'w1',
  url: 'https://example.com/hooks',
  event_types: ['channel_occupied'],
  batching: true,
  state: 'active',
  created_at: '2025-03-01T10:00:00Z',
  pending: 0,
  last_attempt_at: null,
  last_status: null,
};

it('shows what is wrong beside the field, then the signing secret once', async () => {
  const replies: Answer[] = [
    fieldError({ url: 'Private addresses are refused.', event_types: 'Choose at least one.' }),
    { status: 201, body: { ...created, signing_secret: 'whsec_1234' } },
  ];
  const calls = stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    'GET /api/v1/apps/4821907/webhooks': { body: { webhooks: [] } },
    'POST /api/v1/apps/4821907/webhooks': () => replies.shift() ?? { status: 500 },
  });
  renderAt('/apps/4821907/webhooks');
  expect(await screen.findByRole('heading', { name: 'No endpoints yet' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Add endpoint' }));
  await userEvent.click((await screen.findAllByRole('button', { name: 'Add endpoint' })).at(-1)!);
  expect(await screen.findByText('Private addresses are refused.')).toBeTruthy();
  expect(screen.getByText('Choose at least one.')).toBeTruthy();

  await userEvent.type(screen.getByRole('textbox', { name: 'URL' }), 'https://example.com/hooks');
  await userEvent.click(screen.getAllByRole('button', { name: 'Add endpoint' }).at(-1)!);
  expect((await screen.findByTestId('signing-secret')).textContent).toBe('whsec_1234');
  expect(calls.filter(({ method }) => method === 'POST').at(-1)?.body).toEqual({
    url: 'https://example.com/hooks',
    event_types: ['channel_occupied', 'channel_vacated', 'member_added', 'member_removed', 'client_event'],
    batching: true,
  });

  await userEvent.click(screen.getByRole('button', { name: 'I have saved it' }));
  expect(screen.queryByText('whsec_1234')).toBeNull();
});

it('leaves out the two types that are for few, until they are chosen', async () => {
  const calls = stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    'GET /api/v1/apps/4821907/webhooks': { body: { webhooks: [] } },
    'POST /api/v1/apps/4821907/webhooks': { status: 201, body: { ...created, signing_secret: 'whsec_1234' } },
  });
  renderAt('/apps/4821907/webhooks');
  await userEvent.click(await screen.findByRole('button', { name: 'Add endpoint' }));
  expect(await screen.findByText('An http or https address that this server can reach.')).toBeTruthy();
  const checked = () => screen.getAllByRole<HTMLInputElement>('checkbox').map((box) => box.checked);
  expect(checked()).toEqual([true, true, true, true, true, false, false]);

  await userEvent.click(screen.getByRole('checkbox', { name: 'cache_miss' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'subscription_count' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'client_event' }));
  await userEvent.click(screen.getAllByRole('button', { name: 'Add endpoint' }).at(-1)!);
  await screen.findByTestId('signing-secret');
  expect(calls.find(({ method }) => method === 'POST')?.body).toMatchObject({
    event_types: [...DEFAULT_EVENT_TYPES.filter((type) => type !== 'client_event'), 'cache_miss', 'subscription_count'],
  });
});
