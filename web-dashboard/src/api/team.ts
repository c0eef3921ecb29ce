import type { Body } from './operations';
import type { Role } from './people-types';
import { request } from './request';

export const fetchMembers = async () => (await request('GET', '/members')).members;

export const changeRole = (user_id: string, role: Role) =>
  request('PATCH', '/members/{user_id}', { path: { user_id }, body: { role } });

export const removeMember = (user_id: string) => request('DELETE', '/members/{user_id}', { path: { user_id } });

export const fetchInvitations = async () => (await request('GET', '/invitations')).invitations;

export const invite = (body: Body<'POST', '/invitations'>) => request('POST', '/invitations', { body });

export const resendInvitation = (invitation_id: string) =>
  request('POST', '/invitations/{invitation_id}/resend', { path: { invitation_id } });

export const revokeInvitation = (invitation_id: string) =>
  request('DELETE', '/invitations/{invitation_id}', { path: { invitation_id } });
