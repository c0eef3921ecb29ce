import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useMembers } from '../api/people-queries';
import { ListSkeleton } from '../feedback/list-skeleton';
import { LoadError } from '../feedback/load-error';
import { holdersOf, useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { InvitationList } from './invitation-list';
import { InviteModal } from './invite-modal';
import { MemberList } from './member-list';

export function TeamPage() {
  usePageTitle('Team');
  const members = useMembers();
  const mayManage = useMay('manageTeam');
  const [inviting, setInviting] = useState(false);

  return (
    <Stack gap="xl" maw={900}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2}>Members</Title>
            <Text c="dimmed" fz="sm" mt={2} maw={560}>
              {mayManage
                ? 'Changes are in force with the person’s next request.'
                : `To invite people or change roles takes ${holdersOf('manageTeam')}.`}
            </Text>
          </div>
          {mayManage && (
            <Button leftSection={<IconUserPlus size={17} aria-hidden />} onClick={() => setInviting(true)}>
              Invite
            </Button>
          )}
        </Group>
        {members.data !== undefined ? (
          <MemberList members={members.data} />
        ) : members.isError ? (
          <LoadError error={members.error} retry={members.refetch} />
        ) : (
          <ListSkeleton label="Loading members" />
        )}
      </Stack>
      {mayManage && <InvitationList />}
      <InviteModal opened={inviting} onClose={() => setInviting(false)} />
    </Stack>
  );
}
