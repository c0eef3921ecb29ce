import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useChangePassword } from '../api/people-queries';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { SettingCard } from '../settings/setting-card';

export function PasswordCard({ email }: { email: string }) {
  const changePassword = useChangePassword();
  const { form, general, pending, onSubmit } = useApiForm({ old_password: '', password: '' }, async (values) => {
    await changePassword.mutateAsync(values);
    form.reset();
    notifications.show({ message: 'Your password is changed. All other sessions have ended.' });
  });
  return (
    <SettingCard
      title="Password"
      explanation="Changing it ends all your sessions but this one."
    >
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md" maw={420}>
          <FormAlert message={general} />
          {/* For password managers, which want to know whose it is. */}
          <input type="hidden" autoComplete="username" value={email} readOnly />
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            {...form.getInputProps('old_password')}
          />
          <PasswordInput
            label="New password"
            description="At least 10 characters."
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
          <Group>
            <Button type="submit" loading={pending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </SettingCard>
  );
}
