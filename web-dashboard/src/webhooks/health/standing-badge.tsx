import { Badge } from '@mantine/core';
import type { Webhook } from '../../api/webhook-types';
import { standingOf, type Standing } from './standing';

const LOOKS: Record<Standing, { label: string; color: string }> = {
  ok: { label: 'OK', color: 'verdigris' },
  retrying: { label: 'Retrying', color: 'orange' },
  paused: { label: 'Paused', color: 'gray' },
  disabled: { label: 'Disabled', color: 'red' },
  untried: { label: 'Nothing sent yet', color: 'gray' },
};

export function StandingBadge({ webhook }: { webhook: Webhook }) {
  const { label, color } = LOOKS[standingOf(webhook)];
  return (
    <Badge color={color} variant="light" flex="none" data-testid="webhook-state">
      {label}
    </Badge>
  );
}
