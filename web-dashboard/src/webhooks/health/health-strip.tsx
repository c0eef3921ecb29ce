import type { ReactNode } from 'react';
import type { Webhook } from '../../api/webhook-types';
import { formatNumber } from '../../format/count';
import { formatDuration } from '../../format/duration';
import { formatShare } from '../../format/percent';
import { formatRelative } from '../../format/time';
import classes from './health.module.css';
import { Sparkline } from './sparkline';

/** The last day of an endpoint at a glance, and what it still has to do. */
export function HealthStrip({ webhook }: { webhook: Webhook }) {
  const { health, pending, oldest_pending_at, dead_letters } = webhook;
  return (
    <div className={classes.health}>
      <dl className={classes.facts}>
        <Fact label="Success, 24 h">{formatShare(health.delivered, health.delivered + health.failed)}</Fact>
        <Fact label="p95, 24 h">{health.p95_ms === null ? '–' : formatDuration(health.p95_ms)}</Fact>
        <Fact label="Pending">{formatNumber(pending)}</Fact>
        <Fact label="Oldest pending">
          {oldest_pending_at === null ? '–' : formatRelative(oldest_pending_at, Date.now())}
        </Fact>
        <Fact label="Dead letters" bad={dead_letters > 0}>
          {formatNumber(dead_letters)}
        </Fact>
      </dl>
      <figure style={{ margin: 0 }}>
        <Sparkline hours={health.hours} delivered={health.delivered} failed={health.failed} />
        <figcaption className={classes.caption}>Per hour, last 24 h</figcaption>
      </figure>
    </div>
  );
}

function Fact({ label, bad = false, children }: { label: string; bad?: boolean; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-bad={bad}>{children}</dd>
    </div>
  );
}
