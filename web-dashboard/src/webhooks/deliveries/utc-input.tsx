import { TextInput, type TextInputProps } from '@mantine/core';

interface UtcInputProps extends Omit<TextInputProps, 'value' | 'onChange' | 'type'> {
  /** RFC 3339, or undefined while there is none. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** The browser's own picker of date and time, read as UTC: the zone of every other time on these pages. */
export function UtcInput({ value, onChange, ...props }: UtcInputProps) {
  return (
    <TextInput
      {...props}
      type="datetime-local"
      step={60}
      value={value === undefined ? '' : new Date(value).toISOString().slice(0, 16)}
      onChange={(event) => onChange(toUtc(event.currentTarget.value))}
    />
  );
}

function toUtc(local: string): string | undefined {
  return local === '' ? undefined : `${local.slice(0, 16)}:00Z`;
}
