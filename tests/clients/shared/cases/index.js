import { cacheChannels } from './cache-channels.js';
import { channels } from './channels.js';
import { clientEvents } from './client-events.js';
import { encryption } from './encryption.js';
import { presence } from './presence.js';
import { users } from './users.js';

/**
 * Everything pusher-js can do. The `label` begins each test's name and ends each channel's, so that
 * several builds can be tested against one app.
 */
export function pusherJs(label, world) {
  const slug = label.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const context = { ...world, says: (sentence) => `${label}: ${sentence}`, named: (name) => `${name}-${slug}` };
  channels(context);
  clientEvents(context);
  presence(context);
  cacheChannels(context);
  users(context);
  if (world.hasEncryption) encryption(context);
}
