import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { queryKeys } from '../api/query-keys';
import { fetchSession, logIn, logOut, signUp } from '../api/session';
import type { Session } from '../api/types';
import { basePath } from '../base-path';

export function useSession() {
  return useQuery({ queryKey: queryKeys.session, queryFn: fetchSession, staleTime: 60_000 });
}

function useStoreSession() {
  const client = useQueryClient();
  return (session: Session) => {
    // Whatever an earlier session left behind belongs to somebody else.
    client.removeQueries({ queryKey: queryKeys.apps });
    client.setQueryData(queryKeys.session, session);
  };
}

export function useSignUp() {
  const storeSession = useStoreSession();
  return useMutation({ mutationFn: signUp, onSuccess: storeSession });
}

export function useLogIn() {
  const storeSession = useStoreSession();
  return useMutation({ mutationFn: logIn, onSuccess: storeSession });
}

export function useLogOut() {
  return useMutation({
    mutationFn: logOut,
    // A full load, so that nothing stays in memory, revealed secrets included.
    onSuccess: () => window.location.assign(`${basePath}/login`),
  });
}
