import { NativeSelect } from '@mantine/core';
import type { AppKey } from '../api/types';

interface KeyPickerProps {
  keys: AppKey[];
  value: string;
  onChange: (keyId: string) => void;
}

export function KeyPicker({ keys, value, onChange }: KeyPickerProps) {
  return (
    <NativeSelect
      label="Key to use in the code"
      data={keys.map((key) => ({ value: key.id, label: key.label === '' ? key.key : `${key.label} (${key.key})` }))}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      maw={420}
    />
  );
}
