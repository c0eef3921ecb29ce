import { Code, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useDeleteKey } from '../api/app-queries';
import { useKeyImpact } from '../api/key-queries';
import type { KeyImpact } from '../api/keys';
import type { AppKey } from '../api/types';
import { ConfirmModal } from '../feedback/confirm-modal';
import { LoadError } from '../feedback/load-error';
import { count } from '../format/count';
import { formatRelative } from '../format/time';
import classes from './keys.module.css';

interface RevokeKeyModalProps {
  appId: string;
  appKey: AppKey;
  onClose: () => void;
}

/** What would happen is shown first, as it is at this moment: without it there is no button to press. */
export function RevokeKeyModal({ appId, appKey, onClose }: RevokeKeyModalProps) {
  const deleteKey = useDeleteKey(appId);
  const impact = useKeyImpact(appId, appKey.id);
  const confirm = () =>
    deleteKey.mutate(appKey.id, {
      onSuccess: () => {
        notifications.show({ message: 'The key is revoked.' });
        onClose();
      },
    });

  return (
    <ConfirmModal
      opened
      title="Revoke this key?"
      confirmLabel="Revoke key"
      pending={deleteKey.isPending}
      error={deleteKey.error}
      disabled={impact.data === undefined}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Code block>{appKey.key}</Code>
      {impact.data !== undefined ? (
        <Impact impact={impact.data} />
      ) : impact.isError ? (
        <LoadError error={impact.error} retry={impact.refetch} />
      ) : (
        <Skeleton h={130} />
      )}
    </ConfirmModal>
  );
}

function Impact({ impact: { key, other_keys, signs_webhooks } }: { impact: KeyImpact }) {
  const used = key.last_used_at === null ? 'It was never used.' : `It was last used ${formatRelative(key.last_used_at, Date.now())}.`;
  const others = count(other_keys, 'other key');
  return (
    <ul className={classes.impact} aria-label="What revoking it does">
      <li>New connections and REST calls with it are refused from now on. This cannot be undone.</li>
      <li>
        {key.connections === 0
          ? `Nobody is connected with it now. ${used}`
          : `${count(key.connections, 'connection')} made with it ${key.connections === 1 ? 'stays' : 'stay'} open, but cannot come back, nor join channels with its signatures.`}
      </li>
      <li>
        {other_keys === 0 ? (
          <strong>It is the only key: nothing will be able to connect to this app until you create another.</strong>
        ) : (
          `${others} of this app ${other_keys === 1 ? 'goes' : 'go'} on.`
        )}
      </li>
      {signs_webhooks && (
        <li>
          {other_keys === 0
            ? 'Webhooks are signed with it.'
            : 'Webhooks are signed with it: from now on with the next oldest. A receiver that checks X-Pusher-Signature needs that secret first.'}
        </li>
      )}
    </ul>
  );
}
