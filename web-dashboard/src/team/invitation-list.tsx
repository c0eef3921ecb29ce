import { Paper, Stack, Text, Title } from '@mantine/core';
import { useInvitations } from '../api/people-queries';
import { ListSkeleton } from '../feedback/list-skeleton';
import { LoadError } from '../feedback/load-error';
import { InvitationRow } from './invitation-row';
import classes from './team.module.css';

/** Those that nobody has accepted, expired ones too. */
export function InvitationList() {
  const invitations = useInvitations(true);
  return (
    <Stack gap="md">
      <Title order={2}>Invitations</Title>
      {invitations.data === undefined &&
        (invitations.isError ? (
          <LoadError error={invitations.error} retry={invitations.refetch} />
        ) : (
          <ListSkeleton label="Loading invitations" />
        ))}
      {invitations.data?.length === 0 && (
        <Text fz="sm" c="dimmed">
          None are waiting. Who accepts one becomes a member.
        </Text>
      )}
      {invitations.data !== undefined && invitations.data.length > 0 && (
        <Paper withBorder component="ul" className={classes.list} aria-label="Invitations">
          {invitations.data.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} />
          ))}
        </Paper>
      )}
    </Stack>
  );
}
