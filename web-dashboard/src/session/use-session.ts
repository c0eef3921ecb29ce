import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { queryKeys } from '../api/query-keys';
import { acceptAsNew } from '../api/account';
import { forgetCalls } from '../api/call-log';
import { answerChallenge, fetchSession, isSession, logIn, logOut, signUp } from '../api/session';
import type { Session } from '../api/types';
import { basePath } from '../base-path';
import { beginWith, showSession } from './shown-tenant';

export function useSession() {
  const queryFn = async () => {
    const session = await fetchSession();
    beginWith(session);
    return session;
  };
  return useQuery({ queryKey: queryKeys.session, queryFn, staleTime: 60_000 });
}

/** Takes a new session over, unless the answer was another step on the way to one. */
export function useStoreSession() {
  const client = useQueryClient();
  return (answer: Session | object) => {
    if (!isSession(answer)) return;
    showSession(answer);
    // Whatever an earlier session left behind belongs to somebody else, or to another organisation.
    forgetCalls();
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== queryKeys.session[0] });
    client.setQueryData(queryKeys.session, answer);
  };
}

/** A call that may open a session. */
function useOpening<Input, Answer extends object>(mutationFn: (input: Input) => Promise<Answer>) {
  return useMutation({ mutationFn, onSuccess: useStoreSession() });
}

export const useSignUp = () => useOpening(signUp);

export const useLogIn = () => useOpening(logIn);

export const useAnswerChallenge = () => useOpening(answerChallenge);

export const useAcceptAsNew = () => useOpening(acceptAsNew);

export function useLogOut() {
  return useMutation({
    mutationFn: logOut,
    // A full load, so that nothing stays in memory, revealed secrets included.
    onSuccess: () => window.location.assign(`${basePath}/login`),
  });
}
