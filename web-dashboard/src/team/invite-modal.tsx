import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInvite } from '../api/people-queries';
import type { Role } from '../api/people-types';
import { Dialog } from '../feedback/dialog';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { assignable, useRole } from '../session/rights';
import { ROLE_TEXTS } from './role-texts';

export function InviteModal({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Invite somebody">
      <InviteForm onDone={onClose} />
    </Dialog>
  );
}

/** Apart from the dialog, so that each opening starts with an empty form. */
function InviteForm({ onDone }: { onDone: () => void }) {
  const invite = useInvite();
  const mayGive = assignable(useRole());
  const initial: { email: string; role: Role } = { email: '', role: 'developer' };
  const { form, general, pending, onSubmit } = useApiForm(initial, async (values) => {
    const { email } = await invite.mutateAsync(values);
    notifications.show({ message: `The invitation is on its way to ${email}.` });
    onDone();
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormAlert message={general} />
        <TextInput
          label="E-mail"
          description="The link in the mail is good for seven days."
          type="email"
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <Radio.Group label="Role" {...form.getInputProps('role')}>
          <Stack gap="xs" mt="xs">
            {mayGive.map((role) => (
              <Radio key={role} value={role} label={ROLE_TEXTS[role].label} description={ROLE_TEXTS[role].meaning} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={pending}>
            Send invitation
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
