import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { fetchSession } from '../api/session';
import { useStoreSession } from './use-session';

/** A call after which the session may act for another organisation, or for none. */
export function useChangeTenant<Input>(call: (input: Input) => Promise<unknown>) {
  const storeSession = useStoreSession();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (input: Input) => {
      await call(input);
      return fetchSession();
    },
    onSuccess: async (session) => {
      // Away first: what the page shows is of the organisation before.
      await navigate('/apps');
      if (session !== null) storeSession(session);
    },
  });
}
