import { Stack, TagsInput, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { patternMeaning } from './pattern-meaning';

interface ChannelFieldProps {
  value?: string[];
  onChange: (value: string[]) => void;
  error?: ReactNode;
}

/** Patterns of channel names, each put into words while it is typed. */
export function ChannelField({ value = [], onChange, error }: ChannelFieldProps) {
  const [typed, setTyped] = useState('');
  const draft = typed.trim();
  const patterns = draft === '' || value.includes(draft) ? value : [...value, draft];
  return (
    <Stack gap={6}>
      <TagsInput
        label="Channel filter"
        description="Names or patterns, where * stands for any characters. Press Enter after each. Empty means every channel."
        placeholder={value.length === 0 ? 'room-*' : undefined}
        // Names may hold a comma but no space.
        splitChars={[' ']}
        isDuplicate={(tag, tags) => tags.includes(tag)}
        maxTags={20}
        value={value}
        onChange={onChange}
        searchValue={typed}
        onSearchChange={setTyped}
        error={error}
        data-testid="channel-patterns"
      />
      <Text component="div" fz="xs" c="dimmed" aria-live="polite">
        {patterns.length === 0 ? (
          'Tells of every channel.'
        ) : (
          <>
            Tells of a channel whose name
            <ul style={{ margin: '2px 0 0', paddingLeft: 18, overflowWrap: 'anywhere' }}>
              {patterns.map((pattern) => (
                <li key={pattern}>{patternMeaning(pattern)}</li>
              ))}
            </ul>
          </>
        )}
      </Text>
    </Stack>
  );
}
