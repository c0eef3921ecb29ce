import { request } from './request';

export const fetchMemberships = async () => (await request('GET', '/me/tenants')).tenants;

/** The session acts for it from now on. */
export const createTenant = (name: string) => request('POST', '/me/tenants', { body: { name } });

export const enterTenant = (tenant_id: string) =>
  request('POST', '/me/tenants/{tenant_id}/enter', { path: { tenant_id } });

export const leaveTenant = (tenant_id: string) =>
  request('POST', '/me/tenants/{tenant_id}/leave', { path: { tenant_id } });

export const renameTenant = (name: string) => request('PATCH', '/tenant', { body: { name } });

/** Its name confirms that this one is meant. */
export const deleteTenant = (name: string) => request('DELETE', '/tenant', { body: { name } });
