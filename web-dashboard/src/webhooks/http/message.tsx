import { Group, Text } from '@mantine/core';
import { useId } from 'react';
import type { Headers } from '../../api/webhook-types';
import { CopyButton } from '../../clipboard/copy-button';
import classes from './message.module.css';

interface MessageProps {
  title: string;
  headers: Headers;
  body: string | null;
  /** In place of a body that is absent or empty. */
  noBody: string;
}

/** One HTTP message. All of it comes from outside, and is only ever text here. */
export function Message({ title, headers, body, noBody }: MessageProps) {
  const id = useId();
  const lines = headerLines(headers);
  const isEmpty = body === null || body === '';
  return (
    <section aria-labelledby={id} className={classes.message}>
      <Group justify="space-between" gap="xs" className={classes.bar}>
        <Text id={id} fz="xs" fw={600}>
          {title}
        </Text>
        <CopyButton text={`${lines}\n\n${body ?? ''}`} what={title.toLowerCase()} compact />
      </Group>
      <pre className={classes.text} tabIndex={0} role="region" aria-label={`${title}: headers`}>
        {lines === '' ? 'No headers.' : lines}
      </pre>
      {isEmpty ? (
        <p className={classes.none}>{noBody}</p>
      ) : (
        <pre className={classes.text} tabIndex={0} role="region" aria-label={`${title}: body`}>
          {body}
        </pre>
      )}
    </section>
  );
}

const headerLines = (headers: Headers) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
