import type { Body } from './operations';
import { request } from './request';

export const verifyEmail = (token: string) => request('POST', '/email/verify', { body: { token } });

export const resendVerification = () => request('POST', '/me/email/resend');

export const requestReset = (email: string) => request('POST', '/password/forgotten', { body: { email } });

export const resetPassword = (body: Body<'POST', '/password/reset'>) => request('POST', '/password/reset', { body });

export const changePassword = (body: Body<'POST', '/me/password'>) => request('POST', '/me/password', { body });

export const enrolFactor = (password: string) => request('POST', '/me/second-factor', { body: { password } });

export const confirmFactor = (code: string) => request('POST', '/me/second-factor/confirm', { body: { code } });

export const disableFactor = (code: string) => request('POST', '/me/second-factor/disable', { body: { code } });

export const fetchNotices = async () => (await request('GET', '/me/notices')).by_mail;

export const wantNotices = (by_mail: boolean) => request('PATCH', '/me/notices', { body: { by_mail } });

export const fetchSessions = async () => (await request('GET', '/me/sessions')).sessions;

export const endSession = (session_id: string) =>
  request('DELETE', '/me/sessions/{session_id}', { path: { session_id } });

export const endOtherSessions = () => request('DELETE', '/me/sessions');

/** A POST, so that the link is in no log. */
export const lookAtInvitation = (token: string) => request('POST', '/invitations/look', { body: { token } });

type Acceptance = Body<'POST', '/invitations/accept'>;

/** For who is logged in with the invited address. */
export const acceptInvitation = (token: string) => request('POST', '/invitations/accept', { body: { token } });

/** For who has no account yet. */
export const acceptAsNew = (body: Required<Acceptance>) => request('POST', '/invitations/accept', { body });
