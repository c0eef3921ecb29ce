import { NumberInput, type NumberInputProps } from '@mantine/core';
import classes from './unit-input.module.css';

/**
 * A whole number with its unit. Whatever is typed stays as typed: a number out
 * of range is explained, not replaced by another.
 */
export function UnitInput({ unit, ...props }: NumberInputProps & { unit: string }) {
  return (
    <NumberInput
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      hideControls
      inputMode="numeric"
      autoComplete="off"
      rightSection={unit}
      classNames={{ section: classes.unit }}
      {...props}
    />
  );
}
