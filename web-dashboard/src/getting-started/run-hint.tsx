import { Code, Text } from '@mantine/core';
import type { Snippet } from '../snippets/snippet';
import classes from './getting-started.module.css';

/** The commands around a snippet: what to install before, how to run it after. */
export function RunHint({ snippet }: { snippet: Snippet }) {
  const { install, run, file } = snippet;
  if (install === undefined && run === undefined) return null;
  return (
    <Text fz="sm" c="dimmed" mb="xs" className={classes.hint}>
      {install !== undefined && (
        <>
          Install with <Code>{install}</Code>
        </>
      )}
      {run !== undefined && (
        <>
          , save as <Code>{file}</Code>, run <Code>{run}</Code>
        </>
      )}
    </Text>
  );
}
