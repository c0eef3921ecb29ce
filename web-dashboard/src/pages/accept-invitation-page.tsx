import { Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lookAtInvitation } from '../api/account';
import { ApiError } from '../api/api-error';
import { queryKeys } from '../api/query-keys';
import type { Invited } from '../api/people-types';
import type { Session } from '../api/types';
import { LoadError } from '../feedback/load-error';
import { useLinkToken } from '../session/link-token';
import { useSession } from '../session/use-session';
import { usePageTitle } from '../shell/page-title';
import { ROLE_TEXTS } from '../team/role-texts';
import { AcceptAs, NewAccountForm, WrongAccount } from './accept-invitation';
import { BrokenLink } from './broken-link';
import { LogInForm } from './log-in-form';

const ONWARDS = { label: 'Go to your apps', to: '/apps' };

/** The link stays in the address until it is used, and never leaves the fragment: logging in happens here as well. */
export function AcceptInvitationPage() {
  usePageTitle('Invitation');
  const token = useLinkToken();
  const session = useSession();
  const invited = useQuery({
    // Belongs to the link: accepting it brings a session, which drops what was known before, and asking again for an
    // invitation that is used would be in vain.
    queryKey: [...queryKeys.session, 'invited', token],
    queryFn: () => lookAtInvitation(token ?? ''),
    enabled: token !== null,
    staleTime: Infinity,
    // The link works for whoever holds it: it goes with the page.
    gcTime: 0,
  });

  if (token === null) return <BrokenLink action={ONWARDS} />;
  if (invited.error instanceof ApiError && invited.error.status === 410) {
    return <BrokenLink message={`${invited.error.message} Ask for another one.`} action={ONWARDS} />;
  }
  if (invited.isError) return <LoadError error={invited.error} retry={invited.refetch} />;
  if (session.isError) return <LoadError error={session.error} retry={session.refetch} />;
  if (invited.data === undefined || session.data === undefined) {
    return (
      <Stack aria-busy="true" aria-label="Loading the invitation">
        <Skeleton h={34} />
        <Skeleton h={140} />
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <div>
        <Title order={1} style={{ overflowWrap: 'anywhere' }}>
          Join {invited.data.organisation}
        </Title>
        <Text c="dimmed" mt={4}>
          You are invited as <strong>{ROLE_TEXTS[invited.data.role].label}</strong>.{' '}
          {ROLE_TEXTS[invited.data.role].meaning}
        </Text>
      </div>
      <Way token={token} invited={invited.data} session={session.data} />
    </Stack>
  );
}

/** What is left to do depends on who holds the link. */
function Way({ token, invited, session }: { token: string; invited: Invited; session: Session | null }) {
  if (session !== null) {
    const isInvited = session.user.email.toLowerCase() === invited.email.toLowerCase();
    if (isInvited) return <AcceptAs token={token} email={invited.email} />;
    return <WrongAccount invited={invited.email} email={session.user.email} />;
  }
  if (!invited.has_account) return <NewAccountForm token={token} email={invited.email} />;
  return (
    <>
      <Text>Log in to accept.</Text>
      <LogInForm email={invited.email} />
    </>
  );
}
