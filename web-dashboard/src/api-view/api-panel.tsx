import { Anchor, Drawer, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { Call } from '../api/call-log';
import { CallCard } from './call-card';
import { otherCalls, programmableChange, screenCalls } from './screen-calls';

interface ApiPanelProps {
  opened: boolean;
  onClose: () => void;
}

export function ApiPanel({ opened, onClose }: ApiPanelProps) {
  // Mounted closed: only a drawer that sees itself open gives the focus back.
  const [shown, setShown] = useState(false);
  useEffect(() => setShown(opened), [opened]);
  return (
    <Drawer opened={shown} onClose={onClose} position="right" size={620} title="View as API">
      <Content onClose={onClose} />
    </Drawer>
  );
}

/** Mounted while the panel is open, and so as the screen is at that moment. */
function Content({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const calls = screenCalls(client);
  const change = programmableChange();
  return (
    <Stack gap="lg">
      <Text fz="sm">
        Everything here comes from the management API, and a program of yours can ask the same. Put a{' '}
        <Anchor component={Link} to="/organisation/tokens" onClick={onClose} inherit>
          management token
        </Anchor>{' '}
        into <code>CAMPANILE_TOKEN</code>; the{' '}
        <Anchor href="/api/v1/openapi.json" target="_blank" rel="noreferrer" inherit>
          OpenAPI document
        </Anchor>{' '}
        describes every call.
      </Text>
      <Calls title="What this screen shows" calls={calls} none="This screen asks the API for nothing of its own." />
      {change !== undefined && <Calls title="Your last change" calls={[change]} />}
      <Calls title="What else can be done here" calls={otherCalls(calls, change)} />
    </Stack>
  );
}

function Calls({ title, calls, none }: { title: string; calls: readonly Call[]; none?: string }) {
  if (calls.length === 0 && none === undefined) return null;
  return (
    <Stack gap="sm">
      <Title order={3} fz="md">
        {title}
      </Title>
      {calls.length === 0 && (
        <Text fz="sm" c="dimmed">
          {none}
        </Text>
      )}
      {calls.map((call) => (
        <CallCard key={`${call.method} ${call.url}`} call={call} />
      ))}
    </Stack>
  );
}
