import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { renderAt, session } from '../test-render';
import { fieldError, stubApi } from '../test-server';
import { detail, me, node, operator, tenant } from './test-operator';

const TENANT = `/api/v1/operator/tenants/${tenant.id}`;
const DRAIN = `/api/v1/operator/nodes/${node.id}/drain`;

it('is in the account menu of operators only', async () => {
  stubApi({ ...me, 'GET /api/v1/apps': { body: { apps: [] } }, 'GET /api/v1/me/tenants': { body: { tenants: [] } } });
  renderAt('/apps');
  await userEvent.click(await screen.findByRole('button', { name: /^Account of dev@example\.com/ }));
  expect((await screen.findByRole('menuitem', { name: 'Installation' })).getAttribute('href')).toBe('/operator');
});

it('tells others how one becomes an operator, and asks the server nothing', async () => {
  const calls = stubApi({ 'GET /api/v1/me': { body: session } });
  renderAt('/operator/tenants');
  expect(await screen.findByRole('heading', { name: 'This is for operators' })).toBeTruthy();
  expect(calls.map(({ path }) => path)).toEqual(['/api/v1/me']);
});

it('recommends a second factor to who has none', async () => {
  const user = { ...operator.user, has_second_factor: false };
  stubApi({ 'GET /api/v1/me': { body: { ...operator, user } }, 'GET /api/v1/operator/nodes': { body: { nodes: [] } } });
  renderAt('/operator/nodes');
  expect(await screen.findByText('Your password alone opens this')).toBeTruthy();
});

it('searches organisations by the address and shows what each asks of the node', async () => {
  stubApi({
    ...me,
    'GET /api/v1/operator/tenants': { body: { tenants: [], next_cursor: null } },
    'GET /api/v1/operator/tenants?search=ada': { body: { tenants: [tenant], next_cursor: null } },
  });
  const { router } = renderAt('/operator/tenants');
  await userEvent.type(await screen.findByRole('textbox', { name: 'Search' }), 'ada{Enter}');
  const row = within(await screen.findByRole('table', { name: 'Organisations' })).getAllByRole('row')[1];
  expect(row?.textContent).toContain('310 /s');
  expect(row?.textContent).toContain('62 %');
  expect(row?.textContent).toContain('1.5 KiB in the node');
  expect(row?.textContent).toContain('9 events in 1 webhook lane');
  expect(router.state.location.search).toBe('?search=ada');
});

it('suspends an organisation with a reason, and resumes it', async () => {
  let now: object = detail;
  const suspended = {
    ...detail,
    tenant: { ...tenant, suspension: { at: '2026-08-02T10:00:00Z', reason: 'Unpaid since May' } },
  };
  const calls = stubApi({
    ...me,
    [`GET ${TENANT}`]: () => ({ body: now }),
    'GET /api/v1/operator/plans': { body: { plans: [] } },
    [`POST ${TENANT}/suspend`]: () => {
      now = suspended;
      return { body: now };
    },
    [`POST ${TENANT}/resume`]: () => {
      now = detail;
      return { body: now };
    },
  });
  renderAt(`/operator/tenants/${tenant.id}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Suspend' }));
  const dialog = await screen.findByRole('dialog', { name: 'Suspend Riverside?' });
  expect(dialog.textContent).toContain('1,204 open connections will be closed');
  const confirm = within(dialog).getByRole('button', { name: 'Suspend' });
  expect(confirm).toHaveProperty('disabled', true);
  await userEvent.type(within(dialog).getByRole('textbox', { name: 'Reason' }), 'Unpaid since May');
  await userEvent.click(confirm);
  expect(await screen.findByText('Its apps take nothing')).toBeTruthy();
  expect(calls.find(({ path }) => path.endsWith('/suspend'))?.body).toEqual({ reason: 'Unpaid since May' });
  await userEvent.click(await screen.findByRole('button', { name: 'Resume' }));
  const resume = await screen.findByRole('dialog', { name: 'Resume Riverside?' });
  await userEvent.click(within(resume).getByRole('button', { name: 'Resume' }));
  await waitFor(() => expect(screen.queryByText('Its apps take nothing')).toBeNull());
});

it('sends only what was changed of the plan and own limits: the rest may be newer than the page', async () => {
  const calls = stubApi({
    ...me,
    [`GET ${TENANT}`]: { body: detail },
    'GET /api/v1/operator/plans': { body: { plans: [{ name: 'large', is_default: false, limits: [] }] } },
    [`PATCH ${TENANT}`]: { body: detail },
  });
  renderAt(`/operator/tenants/${tenant.id}`);
  await userEvent.type(await screen.findByRole('textbox', { name: 'Connections' }), '50');
  await userEvent.click(screen.getByRole('combobox', { name: 'Plan' }));
  await userEvent.click(await screen.findByRole('option', { name: 'large' }));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(calls.some(({ method }) => method === 'PATCH')).toBe(true));
  expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({
    plan: 'large',
    limits: { max_connections: 50 },
  });
});

it('leaves the plan out if a limit alone was changed, and starts from the answer then', async () => {
  const answer = { ...detail, own_limits: { ...detail.own_limits, max_connections: 50, max_event_bytes: 999 } };
  const calls = stubApi({
    ...me,
    [`GET ${TENANT}`]: { body: detail },
    'GET /api/v1/operator/plans': { body: { plans: [] } },
    [`PATCH ${TENANT}`]: { body: answer },
  });
  renderAt(`/operator/tenants/${tenant.id}`);
  await userEvent.type(await screen.findByRole('textbox', { name: 'Connections' }), '50');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.getByDisplayValue('999')).toBeTruthy());
  expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ limits: { max_connections: 50 } });
  expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', true);
});

it('compares neighbours by what the address says', async () => {
  stubApi({
    ...me,
    'GET /api/v1/operator/neighbours?by=throttled': { body: { tenants: [tenant], messages_per_second: 500, active: 1 } },
    'GET /api/v1/operator/neighbours?by=share': { body: { tenants: [], messages_per_second: 0, active: 0 } },
  });
  const { router } = renderAt('/operator/neighbours?by=throttled');
  expect(await screen.findByText(/1 organisation did, held or waited for something; all together 500 \/s/)).toBeTruthy();
  await userEvent.click(screen.getByRole('radio', { name: 'Share' }));
  expect(await screen.findByRole('heading', { name: 'It is quiet' })).toBeTruthy();
  expect(router.state.location.search).toBe('?by=share');
});

it('drains a node, shows how far it is, and cancels', async () => {
  let now: object = node;
  const drain = {
    connections_per_second: 25,
    began_at: '2026-08-02T10:00:00Z',
    connections_at_start: 600,
    told: 160,
    remaining: 450,
    emptied_at: null,
  };
  const calls = stubApi({
    ...me,
    'GET /api/v1/operator/nodes': () => ({ body: { nodes: [now] } }),
    [`POST ${DRAIN}`]: () => {
      now = { ...node, connections: 450, ready: false, reasons: ['the node is draining'], drain };
      return { status: 202, body: now };
    },
    [`DELETE ${DRAIN}`]: () => {
      now = node;
      return { body: now };
    },
  });
  renderAt('/operator/nodes');
  const rate = await screen.findByRole('textbox', { name: 'Connections to send away in a second' });
  expect(screen.getByText(/600 connections take about 60 s/)).toBeTruthy();
  await userEvent.clear(rate);
  await userEvent.type(rate, '25');
  await userEvent.click(screen.getByRole('button', { name: 'Drain this node' }));
  const dialog = await screen.findByRole('dialog', { name: 'Drain this node?' });
  expect(dialog.textContent).toContain('600 connections will be closed');
  expect(dialog.textContent).toContain('It is the only node');
  expect(calls.some(({ method }) => method === 'POST')).toBe(false);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Drain' }));
  expect(await screen.findByText(/450 of 600 connections left; 160 told to reconnect elsewhere/)).toBeTruthy();
  expect(screen.getByText(/Not ready, because the node is draining/)).toBeTruthy();
  expect(screen.getByRole('progressbar', { name: '25 % have gone' })).toBeTruthy();
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ connections_per_second: 25 });
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(await screen.findByRole('button', { name: 'Drain this node' })).toBeTruthy();
});

it('puts what is wrong with a drain beside its input', async () => {
  stubApi({
    ...me,
    'GET /api/v1/operator/nodes': { body: { nodes: [node] } },
    [`POST ${DRAIN}`]: fieldError({ connections_per_second: 'Use 1 to 100,000.' }),
  });
  renderAt('/operator/nodes');
  await userEvent.click(await screen.findByRole('button', { name: 'Drain this node' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Drain' }));
  expect(await screen.findByText('Use 1 to 100,000.')).toBeTruthy();
});

it('shows what waits, and has a mail tried at once', async () => {
  const mail = {
    id: 'm1',
    recipient: 'late@example.com',
    letter: 'invitation',
    attempts: 3,
    last_error: '<b>450</b> mailbox busy',
    created_at: '2026-08-02T10:00:00Z',
    next_at: '2026-08-02T11:00:00Z',
  };
  const lanes = { tenant_id: tenant.id, name: 'Riverside', lanes: 2, failing: 1, events: 9, oldest_batch_at: null };
  const calls = stubApi({
    ...me,
    'GET /api/v1/operator/queues': {
      body: {
        mails: { is_sending: true, waiting: 1, failing: 1, oldest_at: mail.created_at, list: [mail] },
        webhooks: { events: 9, oldest_at: mail.created_at, failing_lanes: 1, dead_letters: 0, tenants: [lanes] },
        occurrences: { waiting: 0, bytes: 0, recorded: 12, shed: 0 },
      },
    },
    'POST /api/v1/operator/mails/m1/retry': { status: 204 },
  });
  renderAt('/operator/queues');
  expect(await screen.findByText('<b>450</b> mailbox busy')).toBeTruthy();
  expect(screen.getByRole('row', { name: /Riverside/ }).textContent).toContain('2 lanes, 1 failing');
  await userEvent.click(screen.getByRole('button', { name: 'Try now: the mail to late@example.com' }));
  await waitFor(() => expect(calls.some(({ method }) => method === 'POST')).toBe(true));
});

it('says in the log what was done, to whom and by whom', async () => {
  const entry = {
    id: 7,
    at: '2026-08-02T10:00:00Z',
    operator: 'op@example.com',
    address: '192.0.2.7',
    request_id: 'r-1',
    action: 'tenant.updated',
    tenant_id: tenant.id,
    tenant_name: 'Riverside',
    target_id: tenant.id,
    target_name: 'Riverside',
    before: { suspended_at: null },
    after: { suspended_at: '2026-08-02T10:00:00Z' },
  };
  stubApi({ ...me, 'GET /api/v1/operator/log': { body: { entries: [entry], next_cursor: null } } });
  renderAt('/operator/log');
  expect(await screen.findByText('Organisation suspended')).toBeTruthy();
  expect(screen.getByText('op@example.com')).toBeTruthy();
});

it('tells the members of a suspended organisation why, on every page', async () => {
  stubApi({
    'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, suspension_reason: 'Unpaid since May' } } },
    'GET /api/v1/apps': { body: { apps: [] } },
  });
  renderAt('/apps');
  expect(await screen.findByText('This organisation is suspended')).toBeTruthy();
  expect(screen.getByText('Unpaid since May')).toBeTruthy();
});
