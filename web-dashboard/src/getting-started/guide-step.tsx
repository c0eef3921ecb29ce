import { Stack, Text, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import classes from './getting-started.module.css';

interface GuideStepProps {
  number: number;
  title: string;
  text: string;
  children: ReactNode;
}

export function GuideStep({ number, title, text, children }: GuideStepProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className={classes.stepHead}>
        <span className={classes.number} aria-hidden>
          {number}
        </span>
        <div>
          <Title order={2} id={id}>
            {title}
          </Title>
          <Text c="dimmed" fz="sm" mt={2}>
            {text}
          </Text>
        </div>
      </div>
      <Stack gap="sm">{children}</Stack>
    </section>
  );
}
