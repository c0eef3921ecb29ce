import { Paper, Stack, Text } from '@mantine/core';
import type { TestResult } from '../../api/webhook-types';
import { formatDuration } from '../../format/duration';
import { Message } from './message';
import { isSuccess, StatusText } from './status-text';

interface TestOutcomeProps {
  result: TestResult;
  /** Where it was sent: the form may say something else by now. */
  url: string;
}

/** What came of a request that was sent to try an endpoint out. */
export function TestOutcome({ result, url }: TestOutcomeProps) {
  const { status, duration_ms, error, request, response } = result;
  return (
    <Paper withBorder p="md" component="section" aria-label="Result of the test">
      <Stack gap="sm">
        <Text fz="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
          <StatusText status={status} /> from {url} after {formatDuration(duration_ms)}.{' '}
          {isSuccess(status) ? 'This counts as delivered.' : 'This would be tried again: only a 2xx counts.'}
        </Text>
        {error !== null && (
          <Text fz="sm" c="var(--mantine-color-error)" style={{ overflowWrap: 'anywhere' }}>
            {error}
          </Text>
        )}
        <Message title="What was sent" headers={request.headers} body={request.body} noBody="The body was empty." />
        {response !== null && (
          <Message
            title="What was answered"
            headers={response.headers}
            body={response.excerpt}
            noBody="The answer had no body."
          />
        )}
      </Stack>
    </Paper>
  );
}
