import { Button, Group, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { verifySignatures, type EndpointRef } from '../../api/deliveries';
import type { Headers } from '../../api/webhook-types';
import { FormAlert } from '../../feedback/form-alert';
import { NotAllowed } from '../../feedback/not-allowed';
import { errorMessage } from '../../forms/split-error';
import { useMay } from '../../session/rights';
import { usePageTitle } from '../../shell/page-title';
import { titleOf } from '../endpoint/title';
import { useCurrentWebhook } from '../endpoint/webhook-layout';
import { parseHeaders } from './parse-headers';
import { VerdictCard } from './verdict-card';

const PASTED = {
  rows: 6,
  resize: 'vertical',
  spellCheck: false,
  styles: { input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12.5 } },
} as const;

/** Explains why a signature does not fit, which on one's own server is guesswork. */
export function VerifyTab() {
  const { endpoint, webhook } = useCurrentWebhook();
  usePageTitle('Verify', titleOf(webhook));
  if (useMay('revealSecrets')) return <Verify endpoint={endpoint} />;
  return <NotAllowed right="revealSecrets" title="Signatures are not for your role" />;
}

function Verify({ endpoint }: { endpoint: EndpointRef }) {
  const [headers, setHeaders] = useState('');
  const [body, setBody] = useState('');
  const [headersError, setHeadersError] = useState<string | null>(null);
  const verify = useMutation({
    mutationFn: (received: { headers: Headers; body: string }) => verifySignatures(endpoint, received),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseHeaders(headers);
    setHeadersError('error' in parsed ? parsed.error : null);
    if ('headers' in parsed) verify.mutate({ headers: parsed.headers, body });
  };

  return (
    <Stack gap="md" maw={820}>
      <Text fz="sm" c="dimmed">
        Paste a request as your server received it. Both signatures are checked against this endpoint’s secret and the
        app’s key, and you see what they should have been.
      </Text>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <Textarea
            {...PASTED}
            label="Headers"
            description="One per line, as name: value. At least X-Pusher-Key and X-Pusher-Signature, or the webhook-… ones."
            placeholder={'webhook-id: …\nwebhook-timestamp: …\nwebhook-signature: v1,…'}
            value={headers}
            onChange={(event) => setHeaders(event.currentTarget.value)}
            error={headersError}
          />
          <Textarea
            {...PASTED}
            label="Body"
            description="Byte for byte as received. A body that was parsed and written anew no longer fits its signature."
            value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" loading={verify.isPending}>
              Verify
            </Button>
          </Group>
          <FormAlert message={verify.isError ? errorMessage(verify.error) : null} />
        </Stack>
      </form>
      {verify.data !== undefined && (
        <SimpleGrid cols={1} aria-live="polite">
          <VerdictCard scheme="Pusher" header="X-Pusher-Signature" verdict={verify.data.pusher} />
          <VerdictCard scheme="Standard Webhooks" header="webhook-signature" verdict={verify.data.standard} />
        </SimpleGrid>
      )}
    </Stack>
  );
}
