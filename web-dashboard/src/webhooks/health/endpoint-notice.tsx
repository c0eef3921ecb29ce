import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPause } from '@tabler/icons-react';
import type { Webhook } from '../../api/webhook-types';
import { noticeText } from './notice-text';

/** Drawn anew with every poll, which keeps the times right. */
export function EndpointNotice({ webhook }: { webhook: Webhook }) {
  const notice = noticeText(webhook, Date.now());
  if (notice === null) return null;
  const Icon = notice.tone === 'gray' ? IconPlayerPause : IconAlertTriangle;
  return (
    <Alert
      // An alert would be read out with every poll.
      role="note"
      color={notice.tone}
      variant="light"
      title={notice.title}
      icon={<Icon aria-hidden />}
      data-testid="webhook-notice"
    >
      {notice.detail}
    </Alert>
  );
}
