// Users behind a proxy that lets no WebSocket through, some of them not even a response that goes on.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Proxy } from '../proxy.js';

const holdStreams = (path) => (path.includes('/xhr_streaming') ? 'hold' : undefined);

/** `seconds`: pusher-js begins with HTTP after 5 s, or 2 s where TLS is a must, and with polling 4 s later. */
const OBSTACLES = [
  { what: 'where upgrades are stripped', means: {}, transport: 'xhr_streaming', seconds: { plain: 6, tls: 3 } },
  {
    what: 'where upgrades are never answered',
    means: { swallowsUpgrades: true },
    transport: 'xhr_streaming',
    seconds: { plain: 6, tls: 3 },
  },
  {
    what: 'where upgrades are stripped and streams are held back',
    means: { obstruct: holdStreams },
    transport: 'xhr_polling',
    seconds: { plain: 10, tls: 7 },
  },
];

/**
 * pusher-js with all its transports. `usersElsewhere()` gives users that know nothing of others' connections;
 * `tls` is what proxies speak TLS with, where clients accept that.
 */
export function fallback(label, { usersElsewhere, appServer, tls }) {
  const manners = tls ? ['plain', 'tls'] : ['plain'];
  const cases = manners.flatMap((manner) => OBSTACLES.map((obstacle) => ({ manner, ...obstacle })));
  // Most of their time they wait.
  describe(label, { concurrency: true }, () => {
    before(async () => {
      // Beforehand: opening a page would slow the others down.
      for (const it of cases) it.users = await usersElsewhere();
    });
    for (const it of cases) {
      const { manner, what, means, transport, seconds } = it;
      test(`${label}: ${what}, a ${manner} client ends up with ${transport}`, async (t) => {
        const proxy = new Proxy({ ...means, tls: manner === 'tls' ? tls : undefined });
        await proxy.start();
        t.after(() => proxy.stop());
        const { port } = proxy;
        const ports = { wsPort: port, wssPort: port, httpPort: port, httpsPort: port };
        const options = { ...ports, enabledTransports: undefined, forceTLS: manner === 'tls' };
        const begin = performance.now();
        const client = await it.users.connect({}, options);
        const took = (performance.now() - begin) / 1000;
        t.diagnostic(`connected after ${took.toFixed(2)} s`);
        assert.equal(await client.transport(), transport);
        assert.ok(took <= seconds[manner], `connected after ${took} s`);
        await reaches(client, appServer);
        await client.disconnect();
      });
    }
  });
}

async function reaches(client, { library }) {
  const news = await client.subscribe('news-by-detour');
  await library.trigger(news.name, 'posted', 'Ding dong – 🔔');
  assert.equal(await news.next('posted'), 'Ding dong – 🔔');
}
