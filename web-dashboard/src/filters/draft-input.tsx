import { TextInput } from '@mantine/core';
import { useState } from 'react';

interface DraftInputProps {
  label: string;
  placeholder?: string;
  value: string | undefined;
  onChange: (value: string) => void;
}

/** Taken over on Enter or on leaving: half a name matches nothing. */
export function DraftInput({ label, placeholder = 'Any', value = '', onChange }: DraftInputProps) {
  const [typed, setTyped] = useState(value);
  const [applied, setApplied] = useState(value);
  // It came with a link, or was cleared.
  if (applied !== value) {
    setApplied(value);
    setTyped(value);
  }
  const apply = () => typed.trim() !== value && onChange(typed.trim());
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <TextInput
        label={label}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={apply}
      />
    </form>
  );
}
