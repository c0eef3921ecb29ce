import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { AuthFinding, AuthTestResult } from '../api/auth-tester';
import { CopyButton } from '../clipboard/copy-button';
import { formatDuration } from '../format/duration';
import { Message } from '../webhooks/http/message';
import classes from './auth-tester.module.css';

/** The verdict, what led to it, and both messages. */
export function AuthTestOutcome({ result }: { result: AuthTestResult }) {
  const { accepted, findings, expected_text, status, duration_ms, request, response } = result;
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="outcome-heading">
      <Stack gap="md">
        <div role="status">
          <Group gap="sm">
            <Title order={3} id="outcome-heading">
              {accepted ? 'A client could join with this answer' : 'A client could not join with this answer'}
            </Title>
            <Badge color={accepted ? 'verdigris' : 'red'} variant="light">
              {accepted ? 'Accepted' : 'Refused'}
            </Badge>
          </Group>
          <Text fz="sm" c="dimmed">
            {status === null ? 'No answer' : `Status ${status}`} after {formatDuration(duration_ms)}.
          </Text>
        </div>
        <ol className={classes.findings} aria-label="What was looked at">
          {findings.map((finding, index) => (
            <Finding key={`${index} ${finding.check}`} finding={finding} />
          ))}
        </ol>
        {expected_text !== null && !accepted && (
          <div>
            <Text fz="xs" c="dimmed">
              The text to sign with the key’s secret, as hex of HMAC-SHA256:
            </Text>
            <Group gap={4} wrap="nowrap">
              <code className={classes.expected}>{expected_text}</code>
              <CopyButton text={expected_text} what="text to sign" compact />
            </Group>
          </div>
        )}
        <Message title="What was asked" headers={request.headers} body={request.body} noBody="The body was empty." />
        {response !== null && (
          <Message title="What was answered" headers={response.headers} body={response.excerpt} noBody="The answer had no body." />
        )}
      </Stack>
    </Paper>
  );
}

function Finding({ finding: { ok, message } }: { finding: AuthFinding }) {
  const Icon = ok ? IconCircleCheck : IconCircleX;
  return (
    <li className={classes.finding}>
      <Icon
        size={18}
        role="img"
        aria-label={ok ? 'Right' : 'Wrong'}
        color={ok ? 'var(--mantine-color-verdigris-5)' : 'var(--mantine-color-error)'}
        className={classes.icon}
      />
      <Text fz="sm" fw={ok ? 400 : 600} style={{ overflowWrap: 'anywhere' }}>
        {message}
      </Text>
    </li>
  );
}
