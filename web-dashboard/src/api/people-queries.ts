import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryKey } from '@tanstack/react-query';
import {
  changePassword,
  confirmFactor,
  disableFactor,
  endOtherSessions,
  endSession,
  enrolFactor,
  fetchNotices,
  fetchSessions,
  wantNotices,
} from './account';
import { fetchAudit, type AuditFilter } from './audit';
import type { Role } from './people-types';
import { queryKeys } from './query-keys';
import { changeRole, fetchInvitations, fetchMembers, invite, removeMember, resendInvitation, revokeInvitation } from './team';
import { fetchMemberships, renameTenant } from './tenants';
import { createToken, deleteToken, fetchTokens } from './tokens';

const keys = {
  notices: ['me', 'notices'],
  sessions: ['me', 'sessions'],
  memberships: ['me', 'tenants'],
  members: ['members'],
  invitations: ['invitations'],
  tokens: ['tokens'],
  audit: (filter: AuditFilter) => ['audit', filter],
} as const;

/** An action, after which what it may have changed is asked for anew, also when it failed: the page may be behind. */
function useAction<Input, Answer>(mutationFn: (input: Input) => Promise<Answer>, ...changed: QueryKey[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    // Not waited for: a row that the new list no longer has could not say any more what became of it.
    onSettled: () => {
      for (const queryKey of changed) void client.invalidateQueries({ queryKey });
    },
    // Answers may hold what is shown once.
    gcTime: 0,
  });
}

export const useSessions = () => useQuery({ queryKey: keys.sessions, queryFn: fetchSessions });
export const useEndSession = () => useAction(endSession, keys.sessions);
export const useEndOtherSessions = () => useAction(endOtherSessions, keys.sessions);
export const useChangePassword = () => useAction(changePassword, keys.sessions);

export const useNotices = (enabled: boolean) =>
  useQuery({ queryKey: keys.notices, queryFn: fetchNotices, enabled });
export const useWantNotices = () => useAction(wantNotices, keys.notices);

export const useEnrolFactor = () => useAction(enrolFactor);
export const useConfirmFactor = () => useAction(confirmFactor);
export const useDisableFactor = () => useAction(disableFactor, queryKeys.session);

export const useMemberships = (enabled = true) =>
  useQuery({ queryKey: keys.memberships, queryFn: fetchMemberships, enabled });
export const useRenameTenant = () => useAction(renameTenant, queryKeys.session, keys.memberships);

export const useMembers = (enabled = true) => useQuery({ queryKey: keys.members, queryFn: fetchMembers, enabled });
/** One's own role may have been the one that changed. */
export const useChangeRole = () =>
  useAction(({ userId, role }: { userId: string; role: Role }) => changeRole(userId, role), keys.members, queryKeys.session);
export const useRemoveMember = () => useAction(removeMember, keys.members);

export const useInvitations = (enabled: boolean) =>
  useQuery({ queryKey: keys.invitations, queryFn: fetchInvitations, enabled });
export const useInvite = () => useAction(invite, keys.invitations);
export const useResendInvitation = () => useAction(resendInvitation, keys.invitations);
export const useRevokeInvitation = () => useAction(revokeInvitation, keys.invitations);

export const useTokens = (enabled: boolean) => useQuery({ queryKey: keys.tokens, queryFn: fetchTokens, enabled });
export const useCreateToken = () => useAction(createToken, keys.tokens);
export const useDeleteToken = () => useAction(deleteToken, keys.tokens);

export function useAudit(filter: AuditFilter, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: keys.audit(filter),
    queryFn: ({ pageParam }) => fetchAudit(filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    select: (data) => data.pages.flatMap(({ entries }) => entries),
    enabled,
  });
}
