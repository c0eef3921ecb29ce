import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { WaitingMail } from '../api/operator';
import { useRetryMail } from '../api/operator-queries';
import { errorMessage } from '../forms/split-error';
import { count } from '../format/count';
import { When } from '../format/when';
import classes from './operator.module.css';

interface MailListProps {
  mails: readonly WaitingMail[];
  /** How many there are in all. */
  waiting: number;
}

/** Mails that wait. What they say is their recipients' alone. */
export function MailList({ mails, waiting }: MailListProps) {
  if (mails.length === 0) return null;
  return (
    <>
      <ul className={classes.list} aria-label="Mails that wait">
        {mails.map((mail) => (
          <MailRow key={mail.id} mail={mail} />
        ))}
      </ul>
      {waiting > mails.length && (
        <Text fz="sm" c="dimmed">
          And {count(waiting - mails.length, 'more', 'more')}, tried less often.
        </Text>
      )}
    </>
  );
}

function MailRow({ mail }: { mail: WaitingMail }) {
  const retry = useRetryMail();
  const onRetry = () =>
    retry.mutate(mail.id, {
      onSuccess: () => notifications.show({ message: `The mail to ${mail.recipient} is tried now.` }),
      onError: (error) => notifications.show({ color: 'red', title: 'Not tried', message: errorMessage(error) }),
    });
  return (
    <li>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0, flex: '1 1 260px' }}>
          <Text fz="sm" fw={600} className={classes.foreign}>
            {mail.recipient}
          </Text>
          <Text fz="xs" c="dimmed">
            {(mail.letter ?? 'does not open').replaceAll('_', ' ')} · {count(mail.attempts, 'try', 'tries')} · came{' '}
            <When at={mail.created_at} />
          </Text>
          {mail.last_error !== null && (
            <Text fz="sm" mt={4} className={classes.foreign} c="var(--mantine-color-error)">
              {mail.last_error}
            </Text>
          )}
        </div>
        <Button size="xs" variant="default" loading={retry.isPending} onClick={onRetry} aria-label={`Try now: the mail to ${mail.recipient}`}>
          Try now
        </Button>
      </Group>
    </li>
  );
}
