import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { App } from '../api/types';
import { FormAlert } from '../feedback/form-alert';
import { holdersOf, useMay } from '../session/rights';
import { LIMITS, QUOTAS, rangeText } from './limits';
import { NumberField } from './number-field';
import { SettingCard } from './setting-card';
import { useSettingsForm } from './use-settings-form';

const COLUMNS = { base: 1, sm: 2 };
const NAMES = [...LIMITS, ...QUOTAS].map(({ name }) => name);

export function LimitsSetting({ app }: { app: App }) {
  const { form, general, pending, onSubmit } = useSettingsForm(app, NAMES, 'The limits are saved.');
  const mayManage = useMay('manageLimits');
  return (
    <SettingCard
      title="Limits"
      explanation="What goes beyond is refused with an error that says so."
      effect="Takes effect at once; nobody is disconnected."
    >
      <FormAlert message={general} />
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="lg">
          <SimpleGrid cols={COLUMNS}>
            {LIMITS.map(({ name, label, meaning, unit, isManaged }) => (
              <NumberField
                key={name}
                form={form}
                name={name}
                label={label}
                description={`${meaning} ${rangeText(name, unit)}.`}
                unit={unit}
                disabled={isManaged === true && !mayManage}
              />
            ))}
          </SimpleGrid>
          <div>
            <Title order={3}>Quotas</Title>
            <Text fz="sm" c="dimmed">
              Leave a quota empty for no limit of its own. What your organisation may use in total holds either way.
              {!mayManage && ` What the app may use is for ${holdersOf('manageLimits')} to change.`}
            </Text>
          </div>
          <SimpleGrid cols={COLUMNS}>
            {QUOTAS.map(({ name, label, meaning, unit }) => (
              <NumberField
                key={name}
                form={form}
                name={name}
                label={label}
                description={meaning}
                unit={unit}
                disabled={!mayManage}
              />
            ))}
          </SimpleGrid>
          <Group>
            <Button type="submit" loading={pending} disabled={!form.isDirty()}>
              Save limits
            </Button>
          </Group>
        </Stack>
      </form>
    </SettingCard>
  );
}
