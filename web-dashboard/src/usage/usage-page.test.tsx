import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi, type Answer } from '../test-server';
import { limit, limits, usage } from './test-usage';

const USAGE = 'GET /api/v1/apps/4821907/usage';
const inTwoHours = new Date(Date.now() + 2 * 3_600_000 + 60_000).toISOString();

const stubUsage = (more: Record<string, Answer> = {}) =>
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    'GET /api/v1/limits': { body: limits() },
    [`${USAGE}?step=hour`]: {
      body: usage({
        amounts: [{ delivered_events: 1_200, client_events: 3 }, { delivered_events: 34 }],
        total: { messages_out: 1_234, delivered_events: 1_234 },
      }),
    },
    ...more,
  });

it('shows figures as a chart or as a table', async () => {
  stubUsage();
  renderAt('/apps/4821907/usage');
  const out = await screen.findByRole('region', { name: 'Messages out' });
  await waitFor(() => expect(out.textContent).toContain('1,234 in this time'));
  await userEvent.click(within(out).getByRole('button', { name: 'Messages out as a table' }));
  const rows = within(within(out).getByRole('table')).getAllByRole('row');
  expect(rows.map(({ cells }: Partial<HTMLTableRowElement>) => [cells?.[0]?.textContent, cells?.[1]?.textContent])).toEqual([
    ['From (UTC)', 'Events'],
    ['2026-08-10 01:00', '34'],
    ['2026-08-10 00:00', '1,200'],
  ]);
});

it('keeps range and step in the address, and offers the same figures as CSV', async () => {
  const calls = stubUsage({ [`${USAGE}?step=day`]: { body: usage({ step: 'day' }) } });
  const { router } = renderAt('/apps/4821907/usage?range=30d');
  const csv = await screen.findByRole('link', { name: 'CSV' });
  expect(csv.getAttribute('href')).toBe('/api/v1/apps/4821907/usage?step=day&format=csv');
  expect(calls.some(({ path }) => path === '/api/v1/apps/4821907/usage?step=day')).toBe(true);
  await userEvent.click(screen.getByRole('radio', { name: 'Hours' }));
  expect(router.state.location.search).toBe('?range=30d&step=hour');
  await waitFor(() => expect(calls.at(-1)?.path).toContain('step=hour&from='));
});

it('says how far limits are used up and when that ends', async () => {
  const own = [
    limit('max_event_bytes', { most: 10_240 }),
    limit('max_connections', { most: 100, used: 12, percent: 12 }),
    limit('max_messages_per_day', { most: 1_000, used: 850, percent: 85, resets_at: inTwoHours }),
  ];
  stubUsage({ 'GET /api/v1/limits': { body: limits({ apps: [{ app_id: '4821907', name: 'Storefront', limits: own }] }) } });
  renderAt('/apps/4821907/usage');
  const section = await screen.findByRole('region', { name: 'Limits' });
  const rows = await within(section).findAllByRole('listitem');
  expect(rows[0]?.textContent).toContain('850 of 1,000 per UTC day');
  expect(rows[0]?.textContent).toContain('85 % used');
  expect(rows[0]?.textContent).toContain('Starts again in 2 hours');
  expect(rows[2]?.textContent).toContain('10,240 bytes per event');
});

it('tells of limits that were reached in all apps, and which app is nearest to one of its own', async () => {
  const warned = { limit: 'max_connections', percent: 80, used: 82, most: 100, period_at: '2026-08-10T00:00:00Z' };
  stubUsage({
    'GET /api/v1/usage?step=hour': {
      body: usage({ warnings: [{ ...warned, app_id: '4821907', warned_at: '2026-08-10T09:00:00Z' }] }),
    },
    'GET /api/v1/limits': {
      body: limits({
        plan: 'Workshop',
        apps: [
          { app_id: '1', name: 'Quiet', limits: [limit('max_connections', { most: 10, used: 1, percent: 10 })] },
          { app_id: '4821907', name: 'Storefront', limits: [limit('max_connections', { most: 100, used: 90, percent: 90 })] },
        ],
      }),
    },
  });
  renderAt('/organisation/usage');
  expect(await screen.findByText(/of Storefront: 82 of 100, 80 % reached/)).toBeTruthy();
  expect(screen.getByText(/Plan Workshop/)).toBeTruthy();
  const apps = within(screen.getByRole('region', { name: 'Apps' })).getAllByRole('link');
  expect(apps.map(({ textContent }) => textContent)).toEqual(['Storefront', 'Quiet']);
});
