import { Container, Skeleton, Stack } from '@mantine/core';
import { Navigate, Outlet, useLocation } from 'react-router';
import { LoadError } from '../feedback/load-error';
import { Header } from '../shell/header';
import classes from '../shell/shell.module.css';
import { loginPath } from './next-path';
import { useSession } from './use-session';

/** Everything behind the login: header, content, and the way out when the session ends. */
export function SignedInLayout() {
  const session = useSession();
  const location = useLocation();

  if (session.data === null) {
    return <Navigate to={loginTarget(location)} replace />;
  }
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <Header session={session.data} />
      <Container component="main" id="content" size={1200} className={classes.main} tabIndex={-1}>
        {session.data !== undefined ? (
          <Outlet />
        ) : session.isError ? (
          <LoadError error={session.error} retry={session.refetch} />
        ) : (
          <Stack aria-busy="true" aria-label="Loading">
            <Skeleton h={34} w={180} />
            <Skeleton h={140} />
          </Stack>
        )}
      </Container>
    </>
  );
}

function loginTarget(location: { pathname: string; search: string }): string {
  return loginPath(location.pathname + location.search);
}
