/** Everything a snippet is filled with. */
export interface Connection {
  appId: string;
  key: string;
  secret: string;
  host: string;
  port: number;
  tls: boolean;
}

export type Endpoint = Pick<Connection, 'host' | 'port' | 'tls'>;

/** The cluster is part of the client's interface; there is one here, and this is its name. */
export const CLUSTER = 'main';
export const CHANNEL = 'my-channel';
export const EVENT = 'my-event';

/** Stands where the secret will be, until it is asked for. */
export const MASKED_SECRET = '•'.repeat(20);

/**
 * Clients connect to the origin the dashboard came from. A browser leaves the
 * port empty when it is the scheme's own, but the libraries want a number.
 */
export function endpointFromLocation(location: Pick<Location, 'hostname' | 'port' | 'protocol'>): Endpoint {
  const tls = location.protocol === 'https:';
  const port = location.port === '' ? (tls ? 443 : 80) : Number(location.port);
  return { host: location.hostname, port, tls };
}

/** A single-quoted literal that means the same in JavaScript, Python, PHP and Ruby. */
export function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
