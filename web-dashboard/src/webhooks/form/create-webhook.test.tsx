import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../../test-render';
import { fieldError, stubApi, type Answer } from '../../test-server';
import { ENDPOINT, LIST, webhook } from '../test-endpoint';

const created: Answer = { status: 201, body: { ...webhook(), signing_secret: 'whsec_1234' } };

function open(more: Record<string, Answer | (() => Answer)> = {}) {
  const calls = stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    [`GET ${LIST}`]: { body: { webhooks: [] } },
    [`GET ${ENDPOINT}`]: { body: webhook() },
    [`GET ${ENDPOINT}/deliveries`]: { body: { deliveries: [], next_cursor: null } },
    [`POST ${LIST}`]: created,
    ...more,
  });
  const view = renderAt('/apps/4821907/webhooks/new');
  const sent = (path = LIST) => calls.filter(({ method, path: to }) => method === 'POST' && to === path).at(-1)?.body;
  return { ...view, sent };
}

const url = () => screen.findByRole('textbox', { name: 'URL' });
const submit = async () => userEvent.click(await screen.findByRole('button', { name: 'Add endpoint' }));

it('shows what is wrong beside the field, then the signing secret once', async () => {
  const replies = [fieldError({ url: 'Private addresses are refused.', event_types: 'Choose at least one.' }), created];
  const { router, sent } = open({ [`POST ${LIST}`]: () => replies.shift() ?? { status: 500 } });
  await submit();
  expect(await screen.findByText('Private addresses are refused.')).toBeTruthy();
  expect(screen.getByText('Choose at least one.')).toBeTruthy();
  expect(document.activeElement).toBe(await url());

  await userEvent.type(await url(), 'https://example.com/hooks');
  await submit();
  expect((await screen.findByTestId('signing-secret')).textContent).toBe('whsec_1234');
  expect(sent()).toEqual({
    url: 'https://example.com/hooks',
    name: '',
    event_types: ['channel_occupied', 'channel_vacated', 'member_added', 'member_removed', 'client_event'],
    channels: [],
    headers: {},
    batching: true,
    order: 'strict',
    lanes: 1,
    timeout_ms: 10_000,
  });

  await userEvent.click(screen.getByRole('button', { name: 'I have saved it' }));
  expect(await screen.findByRole('heading', { name: 'Shop' })).toBeTruthy();
  await waitFor(() => expect(router.state.location.pathname).toBe('/apps/4821907/webhooks/w1/deliveries'));
  expect(screen.queryByText('whsec_1234')).toBeNull();
});

it('leaves out what is for few until it is chosen, and sets our own types apart', async () => {
  const { sent } = open();
  const own = within(await screen.findByRole('group', { name: 'Connections, only where chosen' }));
  expect(screen.getByText(/no default holds them/)).toBeTruthy();
  expect(own.getAllByRole<HTMLInputElement>('checkbox').map((box) => box.checked)).toEqual([false, false]);

  await userEvent.click(own.getByRole('checkbox', { name: 'connection_closed' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'cache_miss' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'client_event' }));
  await submit();
  await screen.findByTestId('signing-secret');
  expect(sent()).toMatchObject({
    event_types: ['channel_occupied', 'channel_vacated', 'member_added', 'member_removed', 'connection_closed', 'cache_miss'],
  });
});

it('puts channel patterns into words while they are typed', async () => {
  const { sent } = open();
  const field = await screen.findByRole('combobox', { name: 'Channel filter' });
  expect(screen.getByText('Tells of every channel.')).toBeTruthy();
  await userEvent.type(field, 'room-*');
  expect(screen.getByText('starts with “room-”')).toBeTruthy();
  await userEvent.type(field, '{Enter}*-eu,a');
  expect(screen.getByText('starts with “room-”')).toBeTruthy();
  expect(screen.getByText('ends with “-eu,a”')).toBeTruthy();
  // What was typed last counts without Enter as well.
  await submit();
  await screen.findByTestId('signing-secret');
  expect(sent()).toMatchObject({ channels: ['room-*', '*-eu,a'] });
});

it('sends order, lanes, timeout, batching and headers as chosen', async () => {
  const { sent } = open();
  await userEvent.click(await screen.findByRole('radio', { name: 'Relaxed' }));
  await userEvent.click(screen.getByRole('switch', { name: 'Batching' }));
  for (const [name, value] of [['Lanes', '4'], ['Timeout', '5000']] as const) {
    const field = screen.getByLabelText(name);
    await userEvent.clear(field);
    await userEvent.type(field, value);
  }
  await userEvent.click(screen.getByRole('button', { name: 'Add header' }));
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Name of header 1' }));
  await userEvent.keyboard('X-Env');
  await userEvent.type(screen.getByRole('textbox', { name: 'Value of header 1' }), 'test');
  await userEvent.click(screen.getByRole('button', { name: 'Add header' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Name of header 2' }), 'x-env');
  await submit();
  expect((await screen.findByRole('alert')).textContent).toBe('“x-env” is there twice.');
  expect(sent()).toBeUndefined();

  await userEvent.click(screen.getByRole('button', { name: 'Remove header 2' }));
  await submit();
  await screen.findByTestId('signing-secret');
  expect(sent()).toMatchObject({ order: 'relaxed', lanes: 4, timeout_ms: 5000, batching: false, headers: { 'X-Env': 'test' } });
});

it('tries an address before it is saved, and shows both sides as text', async () => {
  const result = {
    status: 200,
    duration_ms: 84,
    error: null,
    request: { headers: { 'webhook-test': '1' }, body: '{"events":[]}' },
    response: { headers: { server: 'nginx' }, excerpt: '<img src=x onerror=alert(1)>' },
  };
  const replies: Answer[] = [
    { body: result },
    { body: { ...result, status: null, duration_ms: 3000, error: 'connection refused', response: null } },
    fieldError({ url: 'Private addresses are refused.' }),
  ];
  const { sent } = open({ [`POST ${LIST}/test`]: () => replies.shift() ?? { status: 500 } });
  const ping = await screen.findByRole<HTMLButtonElement>('button', { name: 'Send test ping' });
  expect(ping.disabled).toBe(true);
  await userEvent.type(await url(), 'https://example.com/hooks');
  await userEvent.click(ping);
  const outcome = await screen.findByRole('region', { name: 'Result of the test' });
  expect(outcome.textContent).toContain('200 from https://example.com/hooks after 84 ms. This counts as delivered.');
  expect(within(outcome).getByRole('region', { name: 'What was sent: headers' }).textContent).toBe('webhook-test: 1');
  expect(within(outcome).getByRole('region', { name: 'What was answered: body' }).textContent).toBe('<img src=x onerror=alert(1)>');
  expect(outcome.querySelector('img')).toBeNull();
  expect(sent(`${LIST}/test`)).toEqual({ url: 'https://example.com/hooks', timeout_ms: 10_000, headers: {} });

  await userEvent.click(ping);
  expect(await screen.findByText('connection refused')).toBeTruthy();
  expect(screen.getByRole('status').textContent).toContain('No answer from https://example.com/hooks after 3 s. This would be tried again');
  expect(screen.queryByText('What was answered')).toBeNull();

  await userEvent.click(ping);
  expect((await screen.findByRole('alert')).textContent).toBe('Private addresses are refused.');
});
