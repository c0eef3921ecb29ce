import { Badge, Button, Group, Text } from '@mantine/core';
import type { Member, Role } from '../api/people-types';
import { formatDate } from '../format/time';
import { RoleSelect } from './role-select';
import { ROLE_TEXTS } from './role-texts';
import classes from './team.module.css';

interface MemberRowProps {
  member: Member;
  isMe: boolean;
  isLastOwner: boolean;
  /** The roles that one may give and take away; none for who may not manage the team. */
  mayGive: readonly Role[];
  onRemove: () => void;
  onLeave: () => void;
}

export function MemberRow({ member, isMe, isLastOwner, mayGive, onRemove, onLeave }: MemberRowProps) {
  const { email, role, joined_at, has_second_factor } = member;
  const mayChange = mayGive.includes(role) && !isLastOwner;
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <Group gap={6}>
          <Text fw={600} fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {email}
          </Text>
          {isMe && (
            <Badge size="sm" variant="light">
              you
            </Badge>
          )}
        </Group>
        <Text fz="xs" c="dimmed">
          Joined {formatDate(joined_at)} · {has_second_factor ? 'second factor enabled' : 'no second factor'}
        </Text>
        {isLastOwner && (
          <Text fz="xs" c="dimmed" mt={2}>
            {isMe ? 'You are the only owner' : 'The only owner'}: an organisation needs one, so make somebody else an
            owner first.
          </Text>
        )}
      </div>
      <Group gap="xs" wrap="nowrap" className={classes.actions}>
        {mayChange ? (
          <RoleSelect member={member} mayGive={mayGive} isMe={isMe} />
        ) : (
          <Text fz="sm" title={ROLE_TEXTS[role].meaning}>
            {ROLE_TEXTS[role].label}
          </Text>
        )}
        {isMe && !isLastOwner && (
          <Button variant="subtle" color="red" size="xs" onClick={onLeave}>
            Leave
          </Button>
        )}
        {!isMe && mayChange && (
          <Button variant="subtle" color="red" size="xs" onClick={onRemove} aria-label={`Remove ${email}`}>
            Remove
          </Button>
        )}
      </Group>
    </li>
  );
}
