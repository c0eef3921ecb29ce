import { Button, Group, Text } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { CopyButton } from '../clipboard/copy-button';
import type { TextSource } from '../clipboard/use-copy';
import classes from './code-block.module.css';
import { highlight, type Language } from './highlight';

interface CodeBlockProps {
  code: string;
  language: Language;
  /** File name, shown in the bar and as the region's name. */
  title: string;
  /** What the copy button puts on the clipboard. */
  copy: TextSource;
  testId?: string;
  /** More controls for the bar. */
  actions?: ReactNode;
}

/** Longer code starts folded, so that the next step stays within reach. */
const FOLD_ABOVE_LINES = 24;

export function CodeBlock({ code, language, title, copy, testId, actions }: CodeBlockProps) {
  const tokens = useMemo(() => highlight(code, language), [code, language]);
  const lines = code.trimEnd().split('\n').length;
  const [unfolded, setUnfolded] = useState(false);
  const folded = lines > FOLD_ABOVE_LINES && !unfolded;
  return (
    <div className={classes.root} data-folded={folded}>
      <Group className={classes.bar} justify="space-between" gap="xs">
        <Text ff="monospace" fz="xs" c="dimmed" className={classes.title}>
          {title}
        </Text>
        <Group gap="xs">
          {actions}
          <CopyButton text={copy} what={title} />
        </Group>
      </Group>
      {/* Focusable, so that long lines can be scrolled by keyboard. */}
      <pre className={classes.code} data-testid={testId} tabIndex={0} role="region" aria-label={`Code of ${title}`}>
        {tokens.map((token, index) =>
          token.kind === 'plain' ? (
            token.text
          ) : (
            <span key={index} data-kind={token.kind}>
              {token.text}
            </span>
          ),
        )}
      </pre>
      {folded && (
        <div className={classes.fold}>
          <Button variant="default" size="xs" radius="xl" onClick={() => setUnfolded(true)}>
            Show all {lines} lines
          </Button>
        </div>
      )}
    </div>
  );
}
