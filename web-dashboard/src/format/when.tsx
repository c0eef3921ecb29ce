import { formatRelative, formatUtc } from './time';
import classes from './when.module.css';

/** A moment in UTC, with how long ago it was or how soon it comes. Polling keeps the latter right. */
export function When({ at }: { at: string }) {
  return (
    <time dateTime={at} className={classes.when}>
      {formatUtc(at)} <span className={classes.relative}>({formatRelative(at, Date.now())})</span>
    </time>
  );
}
