import { Paper, Text, Title } from '@mantine/core';
import { useId } from 'react';
import type { Timeline } from '../api/insight-types';
import { formatClock } from '../format/time';
import classes from './activity.module.css';
import { KIND_LABELS, outcomeOf, subjectOf, toneOf } from './describe';

/** What happened since somebody began to look, newest first. */
export function TimelineCard({ title, timeline: { timeline, timeline_since } }: { title: string; timeline: Timeline }) {
  const id = useId();
  return (
    <Paper withBorder component="section" aria-labelledby={id}>
      <Title order={3} id={id} px="md" pt="md">
        {title}
      </Title>
      <Text fz="xs" c="dimmed" px="md" pb="sm">
        Times are UTC. Recorded since {formatClock(Date.parse(timeline_since))}, and for ten minutes after the last look. The last 50.
      </Text>
      {timeline.length === 0 ? (
        <Text fz="sm" c="dimmed" px="md" pb="md">
          Nothing happened since then. Leave this page open: what comes appears here.
        </Text>
      ) : (
        <ol className={classes.timeline} tabIndex={0} aria-label={title}>
          {timeline.toReversed().map((activity, index) => (
            <li key={`${activity.at} ${timeline.length - index}`} className={classes.entry} data-tone={toneOf(activity)}>
              <time className={classes.time} dateTime={new Date(activity.at).toISOString()}>
                {formatClock(activity.at)}
              </time>
              <span className={classes.words}>
                <b>{KIND_LABELS[activity.kind]}</b> {subjectOf(activity)}
                <Text span inherit c="dimmed">
                  {' '}
                  {outcomeOf(activity)}
                </Text>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Paper>
  );
}
