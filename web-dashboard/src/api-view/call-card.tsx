import { Badge, Group, Text } from '@mantine/core';
import { useId } from 'react';
import type { Call } from '../api/call-log';
import { CopyButton } from '../clipboard/copy-button';
import classes from './api-view.module.css';
import { curlCommand } from './curl';
import { outlineOf } from './screen-calls';

export function CallCard({ call }: { call: Call }) {
  const id = useId();
  const outline = outlineOf(call);
  const name = `${call.method} ${call.url}`;
  const command = curlCommand(call, window.location.origin, outline?.streams);
  return (
    <section aria-labelledby={id} className={classes.call}>
      <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap" className={classes.head}>
        <div className={classes.what}>
          <Text id={id} fz="sm" fw={600} component="h4">
            {outline?.summary ?? name}
          </Text>
          <Text fz="xs" ff="monospace" component="div" className={classes.url}>
            <Badge size="xs" radius="sm" variant="light" color={call.method === 'GET' ? 'gray' : 'verdigris'} mr={6}>
              {call.method}
            </Badge>
            {call.url}
          </Text>
        </div>
        {outline?.scope != null && <CopyButton text={command} what={`cURL of ${name}`} compact />}
      </Group>
      {outline?.scope != null ? (
        <>
          <pre className={classes.command} tabIndex={0} role="region" aria-label={`cURL of ${name}`}>
            {command}
          </pre>
          <Text fz="xs" c="dimmed" px="sm" pb={8}>
            Takes a token with the scope <code>{outline.scope}</code>.
          </Text>
        </>
      ) : (
        <Text fz="xs" c="dimmed" px="sm" pb={8}>
          For people only: no token may do this.
        </Text>
      )}
    </section>
  );
}
