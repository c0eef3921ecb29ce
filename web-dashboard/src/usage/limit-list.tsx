import { Badge, Group, Progress, Text } from '@mantine/core';
import type { Limit } from '../api/usage';
import { formatNumber } from '../format/count';
import { formatRelative, formatUtc } from '../format/time';
import { limitName, mostText } from './limit-names';
import classes from './usage.module.css';

/** From here on a limit is warned of. */
const NEARLY = 80;

/** Each limit with what is used of it, the nearest first. */
export function LimitList({ limits }: { limits: readonly Limit[] }) {
  const sorted = [...limits].sort((one, other) => (other.percent ?? -1) - (one.percent ?? -1));
  return (
    <ul className={classes.limits}>
      {sorted.map((limit) => (
        <LimitRow key={limit.name} limit={limit} />
      ))}
    </ul>
  );
}

function LimitRow({ limit: { name, most, used, percent, resets_at } }: { limit: Limit }) {
  const { label, ends } = limitName(name);
  const isNear = percent !== null && percent >= NEARLY;
  return (
    <li className={classes.limit}>
      <Group justify="space-between" gap="xs">
        <Text fz="sm" fw={600}>
          {label}
        </Text>
        <Group gap={8}>
          <Text fz="sm" className={classes.figures}>
            {used === null ? mostText(name, most) : `${formatNumber(used)} of ${mostText(name, most)}`}
          </Text>
          {isNear && <NearBadge percent={percent} />}
        </Group>
      </Group>
      {percent !== null && (
        <Progress.Root size="sm" mt={6}>
          <Progress.Section value={Math.min(100, percent)} color={colorOf(percent)} aria-label={`${label}: ${percent} % used`} />
        </Progress.Root>
      )}
      {(isNear || resets_at !== null) && (
        <Text fz="xs" c="dimmed" mt={4}>
          {resets_at === null
            ? ends
            : `Starts again ${formatRelative(resets_at, Date.now())}, at ${formatUtc(resets_at)}.`}
        </Text>
      )}
    </li>
  );
}

export function NearBadge({ percent }: { percent: number }) {
  return (
    <Badge color={percent >= 100 ? 'red' : 'orange'} variant="light">
      {percent >= 100 ? 'Used up' : `${percent} % used`}
    </Badge>
  );
}

function colorOf(percent: number): string {
  if (percent >= 100) return 'red';
  return percent >= NEARLY ? 'orange' : 'verdigris';
}
