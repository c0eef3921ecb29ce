import { Alert, Text } from '@mantine/core';
import { IconGauge } from '@tabler/icons-react';
import type { LimitWarning } from '../api/usage';
import { formatNumber } from '../format/count';
import { When } from '../format/when';
import { limitName } from './limit-names';
import classes from './usage.module.css';

const SHOWN = 5;

interface WarningListProps {
  warnings: readonly LimitWarning[];
  /** Apps by id, where warnings are of several. */
  names?: ReadonlyMap<string, string>;
}

/** Limits that were nearly or wholly used up, and how that ends; nothing when there were none. */
export function WarningList({ warnings, names = new Map() }: WarningListProps) {
  if (warnings.length === 0) return null;
  const rest = warnings.length - SHOWN;
  return (
    <Alert
      color={warnings.some(({ percent }) => percent >= 100) ? 'red' : 'orange'}
      icon={<IconGauge aria-hidden />}
      title="Limits were nearly or wholly used up"
    >
      <ul className={classes.warnings}>
        {warnings.slice(0, SHOWN).map((warning) => (
          <li key={`${warning.app_id ?? ''} ${warning.limit} ${warning.percent} ${warning.period_at}`}>
            <Text fz="sm">
              <strong>{limitName(warning.limit).label}</strong>
              {warning.app_id !== undefined && names.has(warning.app_id) && ` of ${names.get(warning.app_id)}`}
              {`: ${formatNumber(warning.used)} of ${formatNumber(warning.most)}, ${warning.percent} % reached `}
              <When at={warning.warned_at} />. {limitName(warning.limit).ends}
            </Text>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <Text fz="sm" mt={4}>
          And {formatNumber(rest)} more in this time.
        </Text>
      )}
    </Alert>
  );
}
