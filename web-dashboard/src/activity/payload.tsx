import { Group, Text } from '@mantine/core';
import { CopyButton } from '../clipboard/copy-button';
import { formatNumber } from '../format/count';
import classes from './activity.module.css';

interface PayloadProps {
  title: string;
  /** Null where it is not shown to who looks. */
  text: string | null;
  bytes: number;
  cut: boolean;
}

/** What an event carries. It comes from outside, and is only ever text here. */
export function Payload({ title, text, bytes, cut }: PayloadProps) {
  return (
    <section className={classes.payload} aria-label={title}>
      <Group justify="space-between" gap="xs" className={classes.bar}>
        <Text fz="xs" fw={600}>
          {title}{' '}
          <Text span inherit c="dimmed" fw={400}>
            {formatNumber(bytes)} bytes{cut && ', only the beginning is shown'}
          </Text>
        </Text>
        {text !== null && <CopyButton text={text} what={title.toLowerCase()} compact />}
      </Group>
      {text === null ? (
        <p className={classes.none}>Your role may see that something was sent, not what.</p>
      ) : (
        <pre className={classes.text} tabIndex={0} role="region" aria-label={`${title} as text`}>
          {text === '' ? 'Nothing.' : indented(text)}
        </pre>
      )}
    </section>
  );
}

/** JSON with line breaks, if that changes no value; anything else as it came. */
export function indented(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return text;
    // Numbers with more digits than JavaScript keeps, or repeated names: what came is what is shown.
    return squeezed(text) === JSON.stringify(value) ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}

/** Without the blanks between the tokens. */
const squeezed = (text: string) => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, literal?: string) => literal ?? '');
