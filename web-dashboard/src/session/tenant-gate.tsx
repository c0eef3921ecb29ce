import { Outlet } from 'react-router';
import { NoOrganisation } from './no-organisation';
import { useSession } from './use-session';

/** What belongs to an organisation. Acting for another one, everything below starts anew. */
export function TenantGate() {
  const tenant = useSession().data?.tenant;
  return tenant ? <Outlet key={tenant.id} /> : <NoOrganisation />;
}
