import { Anchor, Text } from '@mantine/core';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { Wordmark } from '../brand/wordmark';
import { ColorSchemeMenu } from '../shell/color-scheme-menu';
import classes from './guest-layout.module.css';
import { nextPath } from './next-path';
import { TowerScene } from './tower-scene';
import { usePageStart } from './use-page-start';
import { useSession } from './use-session';

/** Sign up and log in. Somebody who is signed in already goes straight on. */
export function GuestLayout() {
  const session = useSession();
  const location = useLocation();
  return session.data ? <Navigate to={nextPath(location.search)} replace /> : <LinkLayout />;
}

/** The same frame for what mails link to: open to everyone, signed in or not. */
export function LinkLayout() {
  usePageStart();
  return (
    <div className={classes.root}>
      <div className={classes.form}>
        <header className={classes.bar}>
          <Anchor component={Link} to="/login" underline="never" aria-label="Campanile">
            <Wordmark />
          </Anchor>
          <ColorSchemeMenu />
        </header>
        <main id="content" className={classes.content} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <aside className={classes.scene}>
        <div className={classes.pitch}>
          <Text fz={28} fw={650} lh={1.25} lts="-0.01em">
            Ring once, and every open browser hears it.
          </Text>
          <Text mt="sm" lh={1.6} className={classes.lead}>
            Channels, presence and webhooks for your application, with the Pusher client libraries you already know.
          </Text>
        </div>
        <TowerScene />
      </aside>
    </div>
  );
}
