import { Anchor, Container, Group } from '@mantine/core';
import { Link } from 'react-router';
import type { Session } from '../api/types';
import { Wordmark } from '../brand/wordmark';
import { AccountMenu } from './account-menu';
import { ColorSchemeMenu } from './color-scheme-menu';
import classes from './shell.module.css';

/** Drawn before the session is known as well, so that the page does not jump. */
export function Header({ session }: { session: Session | undefined }) {
  return (
    <header className={classes.header}>
      <Container size={1200} h="100%">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Anchor component={Link} to="/apps" underline="never" aria-label="Campanile, your apps">
            <Wordmark />
          </Anchor>
          <Group gap={6} wrap="nowrap" miw={0}>
            <ColorSchemeMenu />
            {session && <AccountMenu session={session} />}
          </Group>
        </Group>
      </Container>
    </header>
  );
}
