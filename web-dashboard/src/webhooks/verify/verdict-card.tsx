import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Verdict } from '../../api/delivery-types';
import { CopyButton } from '../../clipboard/copy-button';
import classes from './verdict-card.module.css';

interface VerdictCardProps {
  scheme: string;
  header: string;
  verdict: Verdict;
}

export function VerdictCard({ scheme, header, verdict: { valid, reason, expected } }: VerdictCardProps) {
  return (
    <Paper withBorder p="lg" component="section" aria-label={`Verdict: ${scheme}`}>
      <Stack gap="sm">
        <Group gap="sm">
          <Title order={3}>{scheme}</Title>
          <Badge color={valid ? 'verdigris' : 'red'} variant="light">
            {valid ? 'Valid' : 'Not valid'}
          </Badge>
        </Group>
        {reason !== null && (
          <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {reason}
          </Text>
        )}
        {expected !== null && (
          <div>
            <Text fz="xs" c="dimmed">
              Your secret would give, as <code>{header}</code>:
            </Text>
            <Group gap={4} wrap="nowrap">
              <code className={classes.expected}>{expected}</code>
              <CopyButton text={expected} what={`expected ${header}`} compact />
            </Group>
          </div>
        )}
      </Stack>
    </Paper>
  );
}
