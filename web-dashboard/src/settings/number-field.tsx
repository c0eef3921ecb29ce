import { NumberInput } from '@mantine/core';
import type { NumberSetting } from '../api/types';
import { RANGES } from './ranges';
import classes from './settings.module.css';
import type { SettingsForm } from './use-settings-form';

interface NumberFieldProps {
  form: SettingsForm;
  name: NumberSetting;
  label: string;
  description: string;
  unit: string;
}

/** Whatever is typed stays as typed: a number out of range is explained, not replaced by another. */
export function NumberField({ form, name, label, description, unit }: NumberFieldProps) {
  const { least, most, optional = false } = RANGES[name];
  return (
    <NumberInput
      label={label}
      description={description}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      placeholder={optional ? 'No limit of its own' : undefined}
      min={least}
      max={most}
      startValue={least}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      hideControls
      inputMode="numeric"
      autoComplete="off"
      rightSection={unit}
      classNames={{ section: classes.unit }}
      {...form.getInputProps(name)}
    />
  );
}
