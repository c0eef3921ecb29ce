import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Webhook } from '../../api/webhook-types';
import { app, renderAt, session } from '../../test-render';
import { stubApi } from '../../test-server';
import { LIST, webhook } from '../test-endpoint';

const open = (webhooks: Webhook[]) => {
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    [`GET ${LIST}`]: { body: { webhooks } },
  });
  return renderAt('/apps/4821907/webhooks');
};

const card = async (name: string) => within(await screen.findByRole('article', { name }));
const fact = (where: ReturnType<typeof within>, name: string) => where.getByText(name).nextElementSibling?.textContent;

it('shows how each endpoint does', async () => {
  open([
    webhook(),
    webhook({
      id: 'w2',
      name: '',
      url: 'https://example.com/<b>bold</b>',
      failing_since: '2026-08-01T10:00:00Z',
      pending: 1204,
      oldest_pending_at: new Date(Date.now() - 120_000).toISOString(),
      dead_letters: 3,
      channels: ['room-*'],
      order: 'relaxed',
      lanes: 4,
      health: { delivered: 0, failed: 0, p95_ms: null, hours: [] },
    }),
  ]);
  const good = await card('Shop');
  expect(good.getByTestId('webhook-state').textContent).toBe('OK');
  expect(good.queryByTestId('webhook-notice')).toBeNull();
  expect(fact(good, 'Success, 24 h')).toBe('99.2 %');
  expect(fact(good, 'p95, 24 h')).toBe('1.2 s');
  expect(fact(good, 'Oldest pending')).toBe('–');
  expect(good.getByRole('img', { name: 'Last 24 hours: 276 delivered, 2 failed' })).toBeTruthy();
  expect(good.getByText('03:00 UTC: 3 delivered, 2 failed')).toBeTruthy();
  expect(good.getByRole('link', { name: 'Shop' }).getAttribute('href')).toBe('/apps/4821907/webhooks/w1');

  // One without a name goes by its address, which is text whatever it holds.
  const bad = await card('https://example.com/<b>bold</b>');
  expect(bad.getByTestId('webhook-state').textContent).toBe('Retrying');
  expect(bad.getByTestId('webhook-notice').textContent).toContain('Failing since 2026-08-01 10:00:00 UTC');
  expect(fact(bad, 'Success, 24 h')).toBe('–');
  expect(fact(bad, 'p95, 24 h')).toBe('–');
  expect(fact(bad, 'Pending')).toBe('1,204');
  expect(fact(bad, 'Oldest pending')).toBe('2 minutes ago');
  expect(fact(bad, 'Dead letters')).toBe('3');
  for (const trait of ['channels room-*', 'relaxed order', '4 lanes']) expect(bad.getByText(trait)).toBeTruthy();
});

it.each([
  ['Paused', { state: 'paused' }, 'Paused since'],
  ['Disabled', { state: 'disabled', disabled_reason: 'gone' }, 'answered 410 Gone'],
  ['Nothing sent yet', { last_attempt_at: null }, null],
] as const)('says “%s” and why', async (label, change, notice) => {
  open([webhook(change)]);
  const shown = await card('Shop');
  expect(shown.getByTestId('webhook-state').textContent).toBe(label);
  if (notice !== null) expect(shown.getByTestId('webhook-notice').textContent).toContain(notice);
});

it('says why there is nothing, what next, and how to have webhooks at home', async () => {
  open([]);
  expect(await screen.findByRole('heading', { name: 'No endpoints yet' })).toBeTruthy();
  expect(screen.getByText(/no address is known/)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Add endpoint' }).getAttribute('href')).toBe('/apps/4821907/webhooks/new');
  expect(screen.getByTestId('listen-line').textContent).toBe(
    `campanile listen --url ${window.location.origin} --token cmt_… --app 4821907 --forward http://localhost:3000/hook`,
  );
});

it('says when the list could not be loaded', async () => {
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    [`GET ${LIST}`]: { status: 403, body: { error: { code: 'forbidden', message: 'Not for you.' } } },
  });
  renderAt('/apps/4821907/webhooks');
  expect(await screen.findByText('Not for you.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});
