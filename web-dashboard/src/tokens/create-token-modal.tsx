import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useApps } from '../api/app-queries';
import { useCreateToken } from '../api/people-queries';
import { TOKEN_SCOPES, type TokenScope } from '../api/tokens';
import { Dialog } from '../feedback/dialog';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { SCOPE_TEXTS } from './scope-texts';

interface CreateTokenModalProps {
  opened: boolean;
  onClose: () => void;
  /** With the token itself, which no later answer holds. */
  onMade: (token: string) => void;
}

export function CreateTokenModal({ opened, onClose, onMade }: CreateTokenModalProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Create token" size="lg">
      <CreateTokenForm onMade={onMade} onDone={onClose} />
    </Dialog>
  );
}

const LIFETIMES = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'never', label: 'Never: revoke it by hand' },
];

const DAY_MS = 86_400_000;

/** RFC 3339 without the fraction; undefined for never. */
const expiryIn = (days: string) =>
  days === 'never' ? undefined : `${new Date(Date.now() + Number(days) * DAY_MS).toISOString().slice(0, 19)}Z`;

/** Apart from the dialog, so that each opening starts with an empty form. */
function CreateTokenForm({ onMade, onDone }: { onMade: (token: string) => void; onDone: () => void }) {
  const apps = useApps();
  const createToken = useCreateToken();
  const initial = { name: '', scopes: ['read'] as TokenScope[], app_id: null as string | null, expires_at: '90' };
  const { form, general, pending, onSubmit } = useApiForm(initial, async ({ name, scopes, app_id, expires_at }) => {
    const made = await createToken.mutateAsync({
      name,
      scopes,
      app_id: app_id ?? undefined,
      expires_at: expiryIn(expires_at),
    });
    onDone();
    onMade(made.token);
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormAlert message={general} />
        <TextInput
          label="Name"
          description="What uses it, so that you know later what stops when you revoke it."
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Checkbox.Group label="Scopes" description="No more than it needs." {...form.getInputProps('scopes')}>
          <Stack gap="xs" mt="xs">
            {TOKEN_SCOPES.map((scope) => (
              <Checkbox key={scope} value={scope} label={scope} description={SCOPE_TEXTS[scope]} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <Select
            label="App"
            placeholder="All apps"
            data={apps.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
            clearable
            {...form.getInputProps('app_id')}
          />
          <Select label="Expires" data={LIFETIMES} allowDeselect={false} {...form.getInputProps('expires_at')} />
        </Group>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={pending}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
