import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Role } from '../api/people-types';
import { renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const person = (user_id: string, email: string, role: Role) => ({
  user_id,
  email,
  role,
  joined_at: '2025-03-01T10:00:00Z',
  has_second_factor: false,
});
const me = person('u1', 'dev@example.com', 'owner');
const other = person('u2', 'other@example.com', 'developer');
const waiting = {
  id: 'i1',
  email: 'new@example.com',
  role: 'support',
  invited_by: 'dev@example.com',
  created_at: '2025-03-01T10:00:00Z',
  expires_at: '2025-03-08T10:00:00Z',
};

function open(role: Role, answers: Parameters<typeof stubApi>[0] = {}) {
  const calls = stubApi({
    'GET /api/v1/me': { body: { ...session, tenant: { ...session.tenant, role } } },
    'GET /api/v1/members': { body: { members: [{ ...me, role }, other] } },
    'GET /api/v1/invitations': { body: { invitations: [waiting] } },
    ...answers,
  });
  renderAt('/organisation/team');
  return calls;
}

describe('team', () => {
  it('invites somebody in a role', async () => {
    const calls = open('owner', { 'POST /api/v1/invitations': { status: 201, body: waiting } });
    await userEvent.click(await screen.findByRole('button', { name: 'Invite' }));
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByRole('textbox', { name: 'E-mail' }), 'new@example.com');
    await userEvent.click(within(dialog).getByRole('radio', { name: 'Support' }));
    await userEvent.click(within(dialog).getByRole('button', { name: 'Send invitation' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ email: 'new@example.com', role: 'support' });
  });

  it('explains why the last owner can neither leave nor change', async () => {
    open('owner');
    expect(await screen.findByText(/You are the only owner/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Leave' })).toBeNull();
    expect(screen.queryByRole('combobox', { name: 'Role of dev@example.com' })).toBeNull();
    expect(screen.getByRole('combobox', { name: 'Role of other@example.com' })).toBeTruthy();
  });

  it('changes a role', async () => {
    const calls = open('owner', { 'PATCH /api/v1/members/u2': { status: 204 } });
    await userEvent.click(await screen.findByRole('combobox', { name: 'Role of other@example.com' }));
    await userEvent.click(await screen.findByRole('option', { name: 'Admin' }));
    await waitFor(() => expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ role: 'admin' }));
  });

  it('removes a member after asking', async () => {
    const calls = open('admin', { 'DELETE /api/v1/members/u2': { status: 204 } });
    await userEvent.click(await screen.findByRole('button', { name: 'Remove other@example.com' }));
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(calls.some(({ method }) => method === 'DELETE')).toBe(true));
  });

  it('resends and revokes an invitation', async () => {
    const calls = open('owner', {
      'POST /api/v1/invitations/i1/resend': { body: waiting },
      'DELETE /api/v1/invitations/i1': { status: 204 },
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Resend to new@example.com' }));
    await userEvent.click(screen.getByRole('button', { name: 'Revoke the invitation of new@example.com' }));
    await waitFor(() => expect(calls.filter(({ method }) => method !== 'GET').length).toBe(2));
  });

  it('an admin cannot touch an owner, nor make one', async () => {
    open('admin', { 'GET /api/v1/members': { body: { members: [me, { ...other, role: 'owner' }] } } });
    await screen.findByText('other@example.com');
    expect(screen.queryByRole('button', { name: 'Remove other@example.com' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Invite' }));
    expect(screen.queryByRole('radio', { name: 'Owner' })).toBeNull();
  });

  it('a developer sees the members and who may change them, and may leave', async () => {
    const calls = open('developer', { 'POST /api/v1/me/tenants/t1/leave': { status: 204 }, 'GET /api/v1/apps': { body: { apps: [] } } });
    expect(await screen.findByText(/takes owner or admin/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Invite' })).toBeNull();
    await userEvent.click(await screen.findByRole('button', { name: 'Leave' }));
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Leave' }));
    await screen.findByRole('heading', { name: 'Create your first app' });
    expect(calls.some(({ path }) => path.endsWith('/leave'))).toBe(true);
    expect(calls.some(({ path }) => path === '/api/v1/invitations')).toBe(false);
  });
});
