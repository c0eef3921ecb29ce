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
      // Otherwise its year goes on to six digits.
      max="9999-12-31T23:59"
      value={value === undefined ? '' : new Date(value).toISOString().slice(0, 16)}
      onChange={(event) => onChange(toUtc(event.currentTarget.value))}
    />
  );
}

/** Undefined for what is no time that the API takes, as while it is being typed. */
function toUtc(local: string): string | undefined {
  // Not left to Date.parse alone: what is not ISO 8601 it takes for a date of its own, or not, as the browser likes.
  const [minute] = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?!\d)/.exec(local) ?? [];
  if (minute === undefined || Number.isNaN(Date.parse(`${minute}Z`))) return undefined;
  return `${minute}:00Z`;
}
