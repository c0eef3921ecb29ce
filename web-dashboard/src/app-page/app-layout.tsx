import { Outlet, useOutletContext, useParams } from 'react-router';
import { ApiError } from '../api/api-error';
import { useApp } from '../api/app-queries';
import type { App } from '../api/types';
import { LoadError } from '../feedback/load-error';
import { NotAllowed } from '../feedback/not-allowed';
import { NotFound } from '../feedback/not-found';
import { useMay } from '../session/rights';
import { AppHeading } from './app-heading';
import { AppSections } from './app-sections';
import { AppSkeleton } from './app-skeleton';

/** Loads the app once; every section below takes it from here. */
export function AppLayout() {
  const { appId = '' } = useParams();
  const app = useApp(appId);
  const mayView = useMay('viewApps');

  if (!mayView) return <NotAllowed right="viewApps" title="Apps are not for your role" />;
  if (app.data === undefined) {
    if (!app.isError) return <AppSkeleton />;
    if (app.error instanceof ApiError && app.error.status === 404) return <NotFound what="app" />;
    return <LoadError error={app.error} retry={app.refetch} />;
  }
  return (
    <>
      <AppHeading app={app.data} />
      <AppSections appId={app.data.id} />
      {/* The key drops all state of one app (its live feed, a revealed secret) when another is opened. */}
      <Outlet key={app.data.id} context={app.data} />
    </>
  );
}

export const useCurrentApp = () => useOutletContext<App>();
