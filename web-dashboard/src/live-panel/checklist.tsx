import { VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { CHANNEL } from '../snippets/connection';
import classes from './live-panel.module.css';
import type { LiveState } from './live-state';

interface ChecklistProps {
  done: LiveState['checklist'];
}

/** Ticks by itself as the first client connects, subscribes and receives. */
export function Checklist({ done }: ChecklistProps) {
  return (
    <ul className={classes.checklist} aria-label="Progress" aria-live="polite">
      <Step id="live-connected" label="Connected" done={done.connected} />
      <Step id="live-subscribed" label={`Subscribed to ${CHANNEL}`} done={done.subscribed} />
      <Step id="live-received" label="Event received" done={done.received} />
    </ul>
  );
}

function Step({ id, label, done }: { id: string; label: string; done: boolean }) {
  return (
    <li className={classes.step} data-testid={id} data-done={done}>
      <span className={classes.tick} aria-hidden>
        {done && <IconCheck size={14} stroke={3} />}
      </span>
      {label}
      <VisuallyHidden>{done ? ' (done)' : ' (waiting)'}</VisuallyHidden>
    </li>
  );
}
