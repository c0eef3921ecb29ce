import { useLocation, useRouteError } from 'react-router';
import { usePageTitle } from '../shell/page-title';
import { MessagePage } from './message-page';

/** The error boundary of the routes: a fault in one page must not leave a blank screen. */
export function RouteError() {
  const error = useRouteError();
  const { pathname } = useLocation();
  usePageTitle('Something broke');
  const detail = error instanceof Error ? error.message : null;
  return (
    <MessagePage title="This page broke" action={{ label: 'Reload', href: pathname }}>
      That is our fault, not yours. Reloading usually helps.{detail !== null && ` The browser says: ${detail}`}
    </MessagePage>
  );
}
