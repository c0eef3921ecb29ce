import { Select, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useChangeRole } from '../api/people-queries';
import type { Member, Role } from '../api/people-types';
import { ConfirmModal } from '../feedback/confirm-modal';
import { errorMessage } from '../forms/split-error';
import { ROLE_TEXTS } from './role-texts';

interface RoleSelectProps {
  member: Member;
  mayGive: readonly Role[];
  isMe: boolean;
}

/** Takes effect when chosen; asks first only for one's own role, which one may not be able to take back. */
export function RoleSelect({ member, mayGive, isMe }: RoleSelectProps) {
  const changeRole = useChangeRole();
  const [asked, setAsked] = useState<Role | null>(null);
  const change = (role: Role) =>
    changeRole.mutate(
      { userId: member.user_id, role },
      {
        onSuccess: () => notifications.show({ message: `${member.email} is ${ROLE_TEXTS[role].label} now.` }),
        onError: (error) => notifications.show({ color: 'red', title: 'Not changed', message: errorMessage(error) }),
        onSettled: () => setAsked(null),
      },
    );
  const onChange = (value: string | null) => {
    const role = mayGive.find((one) => one === value);
    if (role === undefined || role === member.role) return;
    if (isMe) setAsked(role);
    else change(role);
  };
  return (
    <>
      <Select
        aria-label={`Role of ${member.email}`}
        data={mayGive.map((value) => ({ value, label: ROLE_TEXTS[value].label }))}
        value={member.role}
        onChange={onChange}
        disabled={changeRole.isPending}
        allowDeselect={false}
        size="xs"
        w={128}
      />
      <ConfirmModal
        opened={asked !== null}
        title="Change your own role?"
        confirmLabel="Change my role"
        pending={changeRole.isPending}
        error={null}
        onConfirm={() => asked !== null && change(asked)}
        onClose={() => setAsked(null)}
      >
        <Text fz="sm">
          You will be {asked !== null && ROLE_TEXTS[asked].label}. {asked !== null && ROLE_TEXTS[asked].meaning} To get
          your role back, you will have to ask somebody who has it.
        </Text>
      </ConfirmModal>
    </>
  );
}
