import { Anchor, Badge, Breadcrumbs, Group, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { App } from '../api/types';
import { CopyButton } from '../clipboard/copy-button';
import classes from './app-page.module.css';

export function AppHeading({ app }: { app: App }) {
  return (
    <div className={classes.heading}>
      <nav aria-label="Breadcrumb">
        <Breadcrumbs separatorMargin={8} fz="sm">
          <Anchor component={Link} to="/apps" fz="sm">
            Apps
          </Anchor>
          <Text span fz="sm" c="dimmed" truncate maw={240} aria-current="page">
            {app.name}
          </Text>
        </Breadcrumbs>
      </nav>
      <Group mt={6} gap="md" align="center">
        <Title order={1} className={classes.name}>
          {app.name}
        </Title>
        {!app.enabled && (
          <Badge color="red" variant="light">
            Disabled
          </Badge>
        )}
        <Group gap={2} wrap="nowrap">
          <Text span fz="sm" c="dimmed">
            App id{' '}
            <Text span ff="monospace" c="var(--mantine-color-text)">
              {app.id}
            </Text>
          </Text>
          <CopyButton text={app.id} what="app id" compact />
        </Group>
      </Group>
    </div>
  );
}
