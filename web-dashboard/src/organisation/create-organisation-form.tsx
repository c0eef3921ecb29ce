import { Button, Group, Stack, TextInput } from '@mantine/core';
import { createTenant } from '../api/tenants';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { useChangeTenant } from '../session/use-change-tenant';

export function CreateOrganisationForm() {
  const create = useChangeTenant(createTenant);
  const { form, general, pending, onSubmit } = useApiForm({ name: '' }, ({ name }) => create.mutateAsync(name));
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <FormAlert message={general} />
        <TextInput
          label="Name"
          description="A company, a team or yourself."
          autoComplete="organization"
          {...form.getInputProps('name')}
        />
        <Group>
          <Button type="submit" loading={pending}>
            Create organisation
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
