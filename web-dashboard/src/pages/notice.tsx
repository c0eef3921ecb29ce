import { Button, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'react-router';

interface NoticeProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: { label: string; to: string };
  color?: string;
}

/** In place of a form, once there is nothing more to fill in. It takes the focus, so that it is read out. */
export function Notice({ icon, title, children, action, color }: NoticeProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Stack gap="md" align="flex-start">
      <ThemeIcon size={52} radius="xl" variant="light" color={color} aria-hidden>
        {icon}
      </ThemeIcon>
      <Title order={1} ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
        {title}
      </Title>
      <Text component="div" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
      {action !== undefined && (
        <Button component={Link} to={action.to} size="md">
          {action.label}
        </Button>
      )}
    </Stack>
  );
}
