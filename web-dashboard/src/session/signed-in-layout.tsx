import { Container, Skeleton, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { queryKeys } from '../api/query-keys';
import { ViewAsApi } from '../api-view/view-as-api';
import { LoadError } from '../feedback/load-error';
import { Header } from '../shell/header';
import classes from '../shell/shell.module.css';
import { loginPath } from './next-path';
import { isSomebodyElses, onSwitchElsewhere, shownTenant } from './shown-tenant';
import { SuspensionNotice } from './suspension-notice';
import { TenantSwitched } from './tenant-switched';
import { usePageStart } from './use-page-start';
import { useSession } from './use-session';
import { VerifyNotice } from './verify-notice';

/** Everything behind the login: header, content, and the way out when the session ends. */
export function SignedInLayout() {
  const session = useSession();
  const location = useLocation();
  const client = useQueryClient();
  usePageStart();
  useEffect(
    () => onSwitchElsewhere(() => void client.invalidateQueries({ queryKey: queryKeys.session })),
    [client],
  );

  const isForeign = session.data ? isSomebodyElses(session.data) : false;
  useEffect(() => {
    // A full load, so that nothing that was fetched for one person is shown to the next.
    if (isForeign) window.location.reload();
  }, [isForeign]);

  if (isForeign) return null;
  if (session.data === null) {
    return <Navigate to={loginTarget(location)} replace />;
  }
  const tenant = session.data?.tenant;
  const switchedTo = tenant && tenant.id !== shownTenant() ? tenant : null;
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <Header session={session.data} />
      <Container component="main" id="content" size={1200} className={classes.main} tabIndex={-1}>
        {session.data !== undefined ? (
          <>
            <ViewAsApi />
            {session.data.user.needs_verification && <VerifyNotice email={session.data.user.email} />}
            {session.data.tenant?.suspension_reason && (
              <SuspensionNotice reason={session.data.tenant.suspension_reason} />
            )}
            {switchedTo ? <TenantSwitched name={switchedTo.name} /> : <Outlet />}
          </>
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
