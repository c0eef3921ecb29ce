import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environment } from '../../shared/environment.js';
import { Proxy } from '../../shared/proxy.js';

const OBSTACLES = [
  { what: 'upgrades are stripped', obstruct: undefined, transport: 'xhr-streaming' },
  {
    what: 'upgrades are stripped and streams are held back',
    obstruct: (path) => (/xhr_streaming|eventsource/.test(path) ? 'hold' : undefined),
    transport: 'xhr-polling',
  },
];

/** sockjs-client with all its transports. */
export function behindProxies({ sockets }) {
  for (const { what, obstruct, transport } of OBSTACLES) {
    test(`sockjs-client ends up with ${transport} where ${what}`, async (t) => {
      const proxy = new Proxy({ obstruct });
      await proxy.start();
      t.after(() => proxy.stop());
      const client = await sockets.open(`/sockjs/app/${environment.key}`, undefined, proxy.port);
      await client.next('pusher:connection_established');
      assert.equal(client.transport, transport);
      await client.close();
    });
  }
}
