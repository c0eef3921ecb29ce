import { Paper } from '@mantine/core';
import { useState } from 'react';
import type { Member } from '../api/people-types';
import { assignable, useRole } from '../session/rights';
import { useSession } from '../session/use-session';
import { LeaveModal } from './leave-modal';
import { MemberRow } from './member-row';
import { RemoveMemberModal } from './remove-member-modal';
import classes from './team.module.css';

export function MemberList({ members }: { members: readonly Member[] }) {
  const me = useSession().data?.user.id;
  const mayGive = assignable(useRole());
  const [doomed, setDoomed] = useState<Member | null>(null);
  const [leaving, setLeaving] = useState(false);
  const owners = members.filter(({ role }) => role === 'owner').length;

  return (
    <Paper withBorder component="ul" className={classes.list} aria-label="Members">
      {members.map((member) => (
        <MemberRow
          key={member.user_id}
          member={member}
          isMe={member.user_id === me}
          isLastOwner={member.role === 'owner' && owners === 1}
          mayGive={mayGive}
          onRemove={() => setDoomed(member)}
          onLeave={() => setLeaving(true)}
        />
      ))}
      <RemoveMemberModal doomed={doomed} onClose={() => setDoomed(null)} />
      <LeaveModal opened={leaving} onClose={() => setLeaving(false)} />
    </Paper>
  );
}
