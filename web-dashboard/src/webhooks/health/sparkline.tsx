import type { HealthHour } from '../../api/webhook-types';
import { formatNumber } from '../../format/count';
import classes from './health.module.css';

const HEIGHT = 32;
const STEP = 6;
const BAR = 4.5;
const HOURS = 24;

interface SparklineProps {
  hours: readonly HealthHour[];
  delivered: number;
  failed: number;
}

/** One bar per hour, failures on top. All bars share the scale of the fullest hour. */
export function Sparkline({ hours, delivered, failed }: SparklineProps) {
  const fullest = Math.max(1, ...hours.map((hour) => hour.delivered + hour.failed));
  return (
    <svg
      className={classes.sparkline}
      viewBox={`0 0 ${HOURS * STEP} ${HEIGHT}`}
      role="img"
      aria-label={`Last 24 hours: ${formatNumber(delivered)} delivered, ${formatNumber(failed)} failed`}
    >
      {hours.slice(-HOURS).map((hour, index) => (
        <Bar key={hour.at} hour={hour} x={index * STEP} fullest={fullest} />
      ))}
    </svg>
  );
}

function Bar({ hour, x, fullest }: { hour: HealthHour; x: number; fullest: number }) {
  const failed = heightOf(hour.failed, fullest);
  const delivered = Math.min(heightOf(hour.delivered, fullest), HEIGHT - failed);
  return (
    <g>
      <title>{`${hour.at.slice(11, 16)} UTC: ${formatNumber(hour.delivered)} delivered, ${formatNumber(hour.failed)} failed`}</title>
      {/* Full height, so that the whole column answers to the pointer. */}
      <rect x={x} y={0} width={STEP} height={HEIGHT} fill="transparent" />
      {delivered + failed === 0 && <rect x={x} y={HEIGHT - 1} width={BAR} height={1} className={classes.none} />}
      <rect x={x} y={HEIGHT - delivered} width={BAR} height={delivered} className={classes.delivered} />
      <rect x={x} y={HEIGHT - delivered - failed} width={BAR} height={failed} className={classes.failed} />
    </g>
  );
}

/** A few among many must still be seen. */
const heightOf = (amount: number, fullest: number) => (amount === 0 ? 0 : Math.max(2, (amount / fullest) * HEIGHT));
