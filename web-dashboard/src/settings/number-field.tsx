import type { NumberSetting } from '../api/types';
import { UnitInput } from '../forms/unit-input';
import { RANGES } from './ranges';
import type { SettingsForm } from './use-settings-form';

interface NumberFieldProps {
  form: SettingsForm;
  name: NumberSetting;
  label: string;
  description: string;
  unit: string;
  disabled?: boolean;
}

/** One of an app's numbers. */
export function NumberField({ form, name, label, description, unit, disabled }: NumberFieldProps) {
  const { least, most, optional = false } = RANGES[name];
  return (
    <UnitInput
      label={label}
      description={description}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      placeholder={optional ? 'No limit of its own' : undefined}
      min={least}
      max={most}
      startValue={least}
      unit={unit}
      disabled={disabled}
      {...form.getInputProps(name)}
    />
  );
}
