import { Badge } from '@mantine/core';
import { memo } from 'react';
import { KIND_LABELS, outcomeOf, subjectOf, toneOf } from '../activity/describe';
import { formatClock } from '../format/time';
import classes from './console.module.css';
import type { ConsoleRow } from './console-state';

const COLORS = { good: 'verdigris', plain: 'gray', bad: 'red' };

interface ConsoleListProps {
  rows: readonly ConsoleRow[];
  onOpen: (row: ConsoleRow) => void;
}

export function ConsoleList({ rows, onOpen }: ConsoleListProps) {
  return (
    <ol className={classes.rows} aria-label="Activity, newest first">
      {rows.map((row) => (
        <Row key={row.id} row={row} onOpen={onOpen} />
      ))}
    </ol>
  );
}

/** Of one height whatever it says, so that nothing below it moves when it is drawn. */
const Row = memo(function Row({ row, onOpen }: { row: ConsoleRow; onOpen: (row: ConsoleRow) => void }) {
  const { activity } = row;
  const tone = toneOf(activity);
  return (
    <li className={classes.item}>
      <button type="button" className={classes.row} data-tone={tone} data-kind={activity.kind} onClick={() => onOpen(row)}>
        <time className={classes.time} dateTime={new Date(activity.at).toISOString()}>
          {formatClock(activity.at)}
        </time>
        <span className={classes.kind}>
          <Badge size="sm" variant="light" color={COLORS[tone]} component="span">
            {KIND_LABELS[activity.kind]}
          </Badge>
        </span>
        <span className={classes.subject}>{subjectOf(activity)}</span>
        <span className={classes.outcome}>{outcomeOf(activity)}</span>
      </button>
    </li>
  );
});
