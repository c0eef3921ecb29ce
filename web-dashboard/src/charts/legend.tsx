import classes from './chart.module.css';
import type { ChartData } from './series';
import { formatPointTime } from './ticks';

/** What the lines are, with their values at the point that is pointed at, or else in sum. */
export function Legend({ data, point }: { data: ChartData; point: number | null }) {
  const at = point === null ? undefined : data.times[point];
  return (
    <div className={classes.legend}>
      {data.series.map(({ label, color, dashed, values, summary }) => (
        <span key={label} className={classes.entry}>
          <svg width="14" height="8" aria-hidden>
            <line x1="0" x2="14" y1="4" y2="4" stroke={`var(${color})`} strokeWidth="2.5" strokeDasharray={dashed ? '5 4' : undefined} />
          </svg>
          {label}
          <strong>{at === undefined || point === null ? summary : formatValue(values[point], data.format)}</strong>
        </span>
      ))}
      <span className={classes.at}>{at !== undefined && `${formatPointTime(at)} UTC`}</span>
    </div>
  );
}

export const formatValue = (value: number | null | undefined, format: ChartData['format']) =>
  value === null || value === undefined ? '–' : format(value);
