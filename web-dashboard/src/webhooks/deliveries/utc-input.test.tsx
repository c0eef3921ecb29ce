import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { UtcInput } from './utc-input';

function Field({ onChange }: { onChange: (value: string | undefined) => void }) {
  const [value, setValue] = useState<string | undefined>();
  const change = (chosen: string | undefined) => {
    setValue(chosen);
    onChange(chosen);
  };
  return <UtcInput label="From" value={value} onChange={change} />;
}

it.each([
  ['2026-08-01T10:30', '2026-08-01T10:30:00Z'],
  ['2026-08-01T10:30:59', '2026-08-01T10:30:00Z'],
  ['0002-08-01T10:30', '0002-08-01T10:30:00Z'],
  ['20261-08-01T10:30', undefined],
  ['202610-08-01T10:30', undefined],
])('takes %s as %s, and shows it', (typed, time) => {
  let value: string | undefined = 'none';
  render(
    <MantineProvider env="test">
      <Field onChange={(chosen) => (value = chosen)} />
    </MantineProvider>,
  );
  const input = screen.getByLabelText<HTMLInputElement>('From');
  fireEvent.change(input, { target: { value: typed } });
  expect(value).toBe(time);
  expect(input.value).toBe(time?.slice(0, 16) ?? '');
});
