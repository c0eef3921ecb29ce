import { Alert } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { Webhook } from '../../api/webhook-types';
import { formatRelative, formatUtc } from '../../format/time';

/** While two secrets sign. */
export function SecretNotice({ webhook: { previous_secret_until } }: { webhook: Webhook }) {
  const now = Date.now();
  if (previous_secret_until === null || Date.parse(previous_secret_until) <= now) return null;
  return (
    <Alert role="note" color="gray" variant="light" icon={<IconKey aria-hidden />} title="Two secrets sign at the moment">
      Requests also bear the signature of the previous secret until {formatUtc(previous_secret_until)} (
      {formatRelative(previous_secret_until, now)}). Give your server the new one before then.
    </Alert>
  );
}
