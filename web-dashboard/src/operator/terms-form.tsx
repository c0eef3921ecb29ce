import { Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { OwnLimits, TenantDetail } from '../api/operator';
import { useChangeTerms, usePlans } from '../api/operator-queries';
import { FormAlert } from '../feedback/form-alert';
import { UnitInput } from '../forms/unit-input';
import { useApiForm } from '../forms/use-api-form';
import { limitName } from '../usage/limit-names';
import classes from './operator.module.css';

const NAMES = [
  'max_connections',
  'max_messages_per_second',
  'max_messages_per_day',
  'max_presence_members',
  'max_event_bytes',
  'max_webhook_endpoints',
] as const satisfies (keyof OwnLimits)[];

type Typed = Record<keyof OwnLimits, number | string> & { plan: string; limits: string };

/** What an organisation may use: its plan, and what it has beside it. */
export function TermsForm({ detail }: { detail: TenantDetail }) {
  const { tenant } = detail;
  const plans = usePlans();
  const change = useChangeTerms(tenant.id);
  const { form, general, pending, onSubmit } = useApiForm<Typed>(typedOf(detail), async (values) => {
    // Only what was changed here: another operator may have changed the rest since the page was opened.
    const limits = limitsOf(values, NAMES.filter((name) => form.isDirty(name)));
    const plan = form.isDirty('plan') ? { plan: values.plan === '' ? null : values.plan } : {};
    const saved = typedOf(await change.mutateAsync({ ...plan, limits }));
    form.setInitialValues(saved);
    form.setValues(saved);
    notifications.show({ message: `The limits of ${tenant.name} are in force.` });
  });
  const names = (plans.data?.plans ?? []).map(({ name }) => name);
  return (
    <Paper withBorder p="md" component="form" aria-label="Plan and own limits" onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <div>
          <Title order={3}>Plan and own limits</Title>
          <Text fz="sm" c="dimmed" mt={2}>
            A limit of its own counts before its plan’s, whichever is higher. Nobody is disconnected.
          </Text>
        </div>
        <Select
          label="Plan"
          placeholder="No plan"
          data={names.includes(form.values.plan) || form.values.plan === '' ? names : [form.values.plan, ...names]}
          value={form.values.plan === '' ? null : form.values.plan}
          onChange={(plan) => form.setFieldValue('plan', plan ?? '')}
          error={form.errors.plan}
          clearable
          maw={320}
        />
        <div className={classes.limits}>
          {NAMES.map((name) => (
            <UnitInput
              key={name}
              label={limitName(name).label}
              unit=""
              placeholder="As the plan says"
              {...form.getInputProps(name)}
            />
          ))}
        </div>
        <FormAlert message={general ?? (form.errors.limits as string | undefined) ?? null} />
        <Group justify="flex-end">
          <Button type="submit" loading={pending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function typedOf({ tenant, own_limits }: TenantDetail): Typed {
  const limits = Object.fromEntries(NAMES.map((name) => [name, own_limits[name] ?? ''])) as Record<keyof OwnLimits, number | string>;
  return { ...limits, plan: tenant.plan ?? '', limits: '' };
}

/** What is left empty is the plan's to decide. */
function limitsOf(values: Typed, names: (keyof OwnLimits)[]): Partial<OwnLimits> {
  return Object.fromEntries(names.map((name) => [name, values[name] === '' ? null : Number(values[name])]));
}
