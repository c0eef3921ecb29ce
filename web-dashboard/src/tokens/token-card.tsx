import { Badge, Button, Group, Paper, Text } from '@mantine/core';
import { useApps } from '../api/app-queries';
import type { Token } from '../api/tokens';
import { formatDate, formatRelative } from '../format/time';
import { SCOPE_TEXTS } from './scope-texts';

export function TokenCard({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const { name, scopes, app_id } = token;
  const apps = useApps();
  const app = apps.data?.find(({ id }) => id === app_id)?.name ?? app_id;
  return (
    <Paper withBorder p="md" component="article" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {origin(token)}
          </Text>
        </div>
        <Button
          variant="subtle"
          color="red"
          size="xs"
          flex="none"
          onClick={onRevoke}
          aria-label={`Revoke ${name}`}
        >
          Revoke
        </Button>
      </Group>
      <Group gap={6} mt="sm">
        {scopes.map((scope) => (
          <Badge key={scope} variant="light" color="gray" title={SCOPE_TEXTS[scope]}>
            {scope}
          </Badge>
        ))}
        <Badge variant="outline" color="gray" maw="100%">
          {app === null ? 'all apps' : `only ${app}`}
        </Badge>
        <Expiry at={token.expires_at} />
      </Group>
    </Paper>
  );
}

function origin({ created_at, created_by, last_used_at }: Token): string {
  const made = `Created ${formatDate(created_at)} by ${created_by ?? 'the operator'}`;
  return `${made} · ${last_used_at === null ? 'never used' : `last used ${formatRelative(last_used_at, Date.now())}`}`;
}

function Expiry({ at }: { at: string | null }) {
  if (at === null) {
    return (
      <Badge variant="outline" color="gray">
        does not expire
      </Badge>
    );
  }
  const isOver = Date.parse(at) <= Date.now();
  return (
    <Badge variant={isOver ? 'light' : 'outline'} color={isOver ? 'orange' : 'gray'}>
      {isOver ? 'expired' : 'expires'} {formatDate(at)}
    </Badge>
  );
}
