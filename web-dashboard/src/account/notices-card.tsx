import { Switch } from '@mantine/core';
import { useNotices, useWantNotices } from '../api/people-queries';
import type { Role } from '../api/people-types';
import { FormAlert } from '../feedback/form-alert';
import { errorMessage } from '../forms/split-error';
import { SettingCard } from '../settings/setting-card';

const LIMITS = 'limits that are nearly or wholly used up';
const WEBHOOKS = 'webhook endpoints that were disabled because they failed';

/** What one in that role is told; none for support. */
const TOLD: Partial<Record<Role, string>> = {
  owner: `${LIMITS}, and ${WEBHOOKS}`,
  admin: `${LIMITS}, and ${WEBHOOKS}`,
  developer: WEBHOOKS,
  billing: LIMITS,
};

/** Whether one is mailed what happens to the organisation that one acts for. */
export function NoticesCard({ organisation, role }: { organisation: string; role: Role }) {
  const told = TOLD[role];
  const notices = useNotices(told !== undefined);
  const wantNotices = useWantNotices();
  if (told === undefined) return null;
  const failed = wantNotices.error ?? notices.error;
  return (
    <SettingCard
      title="Notices by mail"
      explanation={`Mails about ${organisation}: ${told}. Each limit is told once a day.`}
      effect="What concerns your own account, such as a new password, is always mailed."
    >
      <Switch
        label={`Mail me notices about ${organisation}`}
        checked={notices.data ?? false}
        // Drawn before the answer is there, so that nothing below it moves.
        disabled={notices.data === undefined || wantNotices.isPending}
        onChange={(event) => wantNotices.mutate(event.currentTarget.checked)}
      />
      <FormAlert message={failed === null ? null : errorMessage(failed)} />
    </SettingCard>
  );
}
