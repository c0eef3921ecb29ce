import { Badge, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useResendInvitation, useRevokeInvitation } from '../api/people-queries';
import type { Invitation } from '../api/people-types';
import { errorMessage } from '../forms/split-error';
import { formatRelative } from '../format/time';
import { assignable, useRole } from '../session/rights';
import { ROLE_TEXTS } from './role-texts';
import classes from './team.module.css';

const failed = (title: string) => (error: unknown) =>
  notifications.show({ color: 'red', title, message: errorMessage(error) });

export function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { id, email, role, invited_by, expires_at } = invitation;
  const resend = useResendInvitation();
  const revoke = useRevokeInvitation();
  const mayManage = assignable(useRole()).includes(role);
  const now = Date.now();
  const isExpired = Date.parse(expires_at) <= now;

  const onResend = () =>
    resend.mutate(id, {
      onSuccess: () => notifications.show({ message: `A new link is on its way to ${email}.` }),
      onError: failed('Not sent'),
    });
  const onRevoke = () =>
    revoke.mutate(id, {
      onSuccess: () => notifications.show({ message: `The invitation of ${email} is taken back.` }),
      onError: failed('Not taken back'),
    });

  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <Group gap={6}>
          <Text fw={600} fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {email}
          </Text>
          {isExpired && (
            <Badge size="sm" variant="light" color="orange">
              expired
            </Badge>
          )}
        </Group>
        <Text fz="xs" c="dimmed">
          As {ROLE_TEXTS[role].label}
          {invited_by !== null && `, invited by ${invited_by}`} · {isExpired ? 'expired' : 'expires'}{' '}
          {formatRelative(expires_at, now)}
        </Text>
      </div>
      {mayManage && (
        <Group gap="xs" wrap="nowrap" className={classes.actions}>
          <Button
            variant="default"
            size="xs"
            loading={resend.isPending}
            onClick={onResend}
            aria-label={`Resend to ${email}`}
          >
            Resend
          </Button>
          <Button
            variant="subtle"
            color="red"
            size="xs"
            loading={revoke.isPending}
            onClick={onRevoke}
            aria-label={`Revoke the invitation of ${email}`}
          >
            Revoke
          </Button>
        </Group>
      )}
    </li>
  );
}
