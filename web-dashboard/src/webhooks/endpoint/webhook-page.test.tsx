import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderAt } from '../../test-render';
import { ENDPOINT, PAGE, refusal, stubEndpoint, webhook } from '../test-endpoint';

const click = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const choose = async (item: string) => {
  await click('More actions');
  await userEvent.click(await screen.findByRole('menuitem', { name: item }));
};

it('has an address for each tab, and says what awaits there', async () => {
  stubEndpoint(webhook({ dead_letters: 3, pending: 12 }));
  const { router } = renderAt(PAGE);
  const tabs = within(await screen.findByRole('navigation', { name: 'Sections of this endpoint' }));
  expect(tabs.getAllByRole('link').map((link) => link.textContent)).toEqual([
    'Deliveries',
    'Dead letters3',
    'Queue12',
    'Verify',
    'Settings',
  ]);
  const here = tabs.getByRole('link', { name: 'Deliveries' });
  await waitFor(() => expect(here.getAttribute('aria-current')).toBe('page'));
  expect(router.state.location.pathname).toBe(`${PAGE}/deliveries`);
});

it('pauses and resumes', async () => {
  let current = webhook();
  const calls = stubEndpoint(() => current, {
    [`POST ${ENDPOINT}/pause`]: () => ({ body: (current = webhook({ state: 'paused', pending: 2 })) }),
    [`POST ${ENDPOINT}/resume`]: () => ({ body: (current = webhook()) }),
  });
  renderAt(PAGE);
  await click('Pause');
  expect((await screen.findByTestId('webhook-notice')).textContent).toContain('2 events are kept.');
  expect(screen.getByTestId('webhook-state').textContent).toBe('Paused');
  await click('Resume');
  await waitFor(() => expect(screen.getByTestId('webhook-state').textContent).toBe('OK'));
  expect(calls.filter(({ method }) => method === 'POST').map(({ path }) => path)).toEqual([
    `${ENDPOINT}/pause`,
    `${ENDPOINT}/resume`,
  ]);
});

it('stays as it is when it cannot be paused', async () => {
  stubEndpoint(webhook(), { [`POST ${ENDPOINT}/pause`]: refusal('Not right now.') });
  renderAt(PAGE);
  await click('Pause');
  await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Pause' }).dataset.loading).toBeUndefined());
  expect(screen.getByTestId('webhook-state').textContent).toBe('OK');
});

it('shows a new secret once, and until when the old one signs', async () => {
  const until = new Date(Date.now() + 86_400_000).toISOString();
  let current = webhook();
  stubEndpoint(() => current, {
    [`POST ${ENDPOINT}/rotate-secret`]: () => {
      current = webhook({ previous_secret_until: until });
      return { body: { signing_secret: 'whsec_new', previous_secret_until: until } };
    },
  });
  renderAt(PAGE);
  await choose('Rotate secret');
  expect(await screen.findByText(/every request bears the signatures of both/)).toBeTruthy();
  await click('Rotate secret');
  expect((await screen.findByTestId('signing-secret')).textContent).toBe('whsec_new');
  const when = `${until.slice(0, 19).replace('T', ' ')} UTC`;
  expect(within(screen.getByRole('dialog')).getByText(when)).toBeTruthy();
  await click('I have saved it');
  await waitFor(() => expect(screen.queryByText('whsec_new')).toBeNull());
  expect(await screen.findByText('Two secrets sign at the moment')).toBeTruthy();
});

it('says why a secret could not be rotated', async () => {
  stubEndpoint(webhook(), { [`POST ${ENDPOINT}/rotate-secret`]: refusal('Try later.') });
  renderAt(PAGE);
  await choose('Rotate secret');
  await click('Rotate secret');
  expect((await screen.findByText('Try later.'))).toBeTruthy();
});

it('sends an example of the chosen type', async () => {
  const calls = stubEndpoint(webhook(), {
    [`POST ${ENDPOINT}/test`]: {
      body: { status: 500, duration_ms: 12, error: null, request: { headers: {}, body: '{}' }, response: { headers: {}, excerpt: '' } },
    },
  });
  renderAt(PAGE);
  await click('Send example');
  await userEvent.click(await screen.findByRole('combobox', { name: 'Event type' }));
  await userEvent.click(await screen.findByRole('option', { name: 'connection_closed' }));
  await click('Send');
  expect((await screen.findByRole('status')).textContent).toContain('500 from https://example.com/hooks after 12 ms. This would be tried again');
  expect(screen.getByText('The answer had no body.')).toBeTruthy();
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ event_type: 'connection_closed' });
});

it('deletes only on confirmation, and says what is lost', async () => {
  const calls = stubEndpoint(webhook({ pending: 5 }), { [`DELETE ${ENDPOINT}`]: { status: 204 } });
  const { router } = renderAt(PAGE);
  await choose('Delete endpoint');
  expect(await screen.findByText(/5 waiting events will be dropped/)).toBeTruthy();
  expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);
  await click('Delete endpoint');
  await waitFor(() => expect(router.state.location.pathname).toBe('/apps/4821907/webhooks'));
});

it('says when there is no such endpoint', async () => {
  stubEndpoint(webhook(), { [`GET ${ENDPOINT}`]: { status: 404, body: {} } });
  renderAt(PAGE);
  expect(await screen.findByRole('heading', { name: 'There is no such endpoint' })).toBeTruthy();
});

it('says when the endpoint could not be loaded', async () => {
  stubEndpoint(webhook(), { [`GET ${ENDPOINT}`]: refusal('Not for you.', 403) });
  renderAt(PAGE);
  expect(await screen.findByText('Not for you.')).toBeTruthy();
});
