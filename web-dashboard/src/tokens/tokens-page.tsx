import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconTerminal2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTokens } from '../api/people-queries';
import type { Token } from '../api/tokens';
import { EmptyState } from '../feedback/empty-state';
import { ListSkeleton } from '../feedback/list-skeleton';
import { LoadError } from '../feedback/load-error';
import { NotAllowed } from '../feedback/not-allowed';
import { useMay } from '../session/rights';
import { usePageTitle } from '../shell/page-title';
import { CreateTokenModal } from './create-token-modal';
import { RevokeTokenModal } from './revoke-token-modal';
import { TokenCard } from './token-card';
import { TokenModal } from './token-modal';

export function TokensPage() {
  usePageTitle('Tokens');
  const may = useMay('manageTokens');
  return may ? <Tokens /> : <NotAllowed right="manageTokens" title="Management tokens are not for your role" />;
}

function Tokens() {
  const tokens = useTokens(true);
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [doomed, setDoomed] = useState<Token | null>(null);
  const create = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => setCreating(true)}>
      Create token
    </Button>
  );
  return (
    <Stack gap="lg" maw={900}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2}>Management tokens</Title>
          <Text c="dimmed" fz="sm" mt={2} maw={560}>
            For programs that call the management API, such as a deployment or the command line. A token can never do
            more than the person who made it.
          </Text>
        </div>
        {tokens.data !== undefined && tokens.data.length > 0 && create}
      </Group>
      {tokens.data === undefined &&
        (tokens.isError ? (
          <LoadError error={tokens.error} retry={tokens.refetch} />
        ) : (
          <ListSkeleton label="Loading tokens" />
        ))}
      {tokens.data?.length === 0 && (
        <EmptyState icon={<IconTerminal2 size={26} />} title="No tokens" action={create}>
          Create one for each program, with no more than it needs, so that you can revoke it alone.
        </EmptyState>
      )}
      {tokens.data?.map((token) => (
        <TokenCard key={token.id} token={token} onRevoke={() => setDoomed(token)} />
      ))}
      <CreateTokenModal opened={creating} onClose={() => setCreating(false)} onMade={setMade} />
      {made !== null && <TokenModal token={made} onClose={() => setMade(null)} />}
      <RevokeTokenModal doomed={doomed} onClose={() => setDoomed(null)} />
    </Stack>
  );
}
