import type { Webhook } from '../../api/webhook-types';

/** What an endpoint is called on the page: its name, or its address where it has none. */
export const titleOf = ({ name, url }: Webhook) => (name === '' ? url : name);
