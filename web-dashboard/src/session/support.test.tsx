import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { FakeStream } from '../test-stream';
import { delivery, ENDPOINT, PAGE, stubEndpoint, webhook } from '../webhooks/test-endpoint';

const support = { ...session, tenant: { ...session.tenant, role: 'support' } };
const settled = { pending: 0, head: 1, cursor: 0, waiting: [], next_attempt_at: null };
const log = { body: { deliveries: [delivery({ state: 'dead' })], next_cursor: null } };

let calls: ReturnType<typeof stubEndpoint>;
beforeEach(() => {
  vi.stubGlobal('EventSource', FakeStream);
  calls = stubEndpoint(webhook(), {
    'GET /api/v1/me': { body: support },
    'GET /api/v1/apps': { body: { apps: [app] } },
    [`GET ${ENDPOINT}/deliveries`]: log,
    [`GET ${ENDPOINT}/dead-letters`]: log,
    [`GET ${ENDPOINT}/queue?limit=100`]: {
      body: { lanes: [{ ...settled, n: 0, blocked_by: delivery({ state: 'retrying' }) }], replays: 0 },
    },
  });
});

const usable = () =>
  [...document.querySelectorAll('main input, main textarea, main fieldset button')].filter((one) => !one.matches(':disabled'));

it.each([
  ['/apps/4821907/settings', 'changing settings takes owner, admin, or developer'],
  [`${PAGE}/settings`, 'changing endpoints takes owner, admin, or developer'],
])('support may read %s, but nothing in it can be used', async (path, reason) => {
  renderAt(path);
  expect(await screen.findByText(new RegExp(reason))).toBeTruthy();
  expect(usable()).toEqual([]);
});

it.each([
  ['/apps', 'Storefront', /Create app/],
  ['/apps/new', 'Storefront', /Create app/],
  ['/apps/4821907/webhooks', 'Shop', /Add endpoint/],
  [`${PAGE}/deliveries`, 'Shop', /Replay many|Pause|Send example|More actions/],
  [`${PAGE}/dead-letters`, 'Shop', /Replay|Discard/],
  [`${PAGE}/queue`, 'Blocked by one delivery', /Skip$/],
])('support is offered nothing to change on %s', async (path, there, offer) => {
  renderAt(path);
  await screen.findAllByText(there);
  await waitFor(() => expect(document.querySelector('[aria-busy]')).toBeNull());
  expect(screen.queryByRole('button', { name: offer })).toBeNull();
  expect(screen.queryByRole('link', { name: offer })).toBeNull();
});

it.each([
  ['/apps/4821907/webhooks/new', 'Adding endpoints is not for your role'],
  [`${PAGE}/verify`, 'Signatures are not for your role'],
  [`${PAGE}/deliveries/msg_1`, 'What was sent is not for your role'],
])('support is told whom to ask on %s', async (path, title) => {
  renderAt(path);
  expect(await screen.findByRole('heading', { name: title })).toBeTruthy();
  expect(calls.some(({ path: asked }) => asked.endsWith('/msg_1'))).toBe(false);
});
