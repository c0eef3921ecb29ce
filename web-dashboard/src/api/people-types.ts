import type { Schemas } from './operations';

/** The most powerful first. */
export const ROLES = ['owner', 'admin', 'developer', 'support', 'billing'] as const satisfies Role[];

export type Role = Schemas['Role'];
export type Member = Schemas['MemberReply'];
export type Invitation = Schemas['InvitationReply'];
export type Invited = Schemas['InvitedReply'];
export type LoginSession = Schemas['SessionItem'];
export type Enrolment = Schemas['EnrolmentReply'];
