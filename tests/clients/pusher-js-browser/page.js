// Pages of the tenant's site: one build of a client library each, and the agent that drives it.
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;

/** Puts pages with builds of pusher-js on the tenant's site. */
export function publish(site, builds) {
  const means = { agent: 'createAgent', from: '../shared/agent.js', library: 'Pusher' };
  builds.forEach(({ file }) => put(site, file, means));
}

/** And one with SockJS's client. */
export function publishSockJs(site, file) {
  put(site, file, { agent: 'createSockJsAgent', from: '../shared/sockjs-agent.js', library: 'SockJS' });
}

function put(site, file, { agent, from, library }) {
  putScript(site, `/${file}`, `node_modules/${file}`);
  putScript(site, `/${agent}.js`, from);
  site.files.set(`/page/${file}`, {
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>
<title>${library}</title>
<body>
<script src="/${file}"></script>
<script type="module">
  import { ${agent} } from '/${agent}.js';
  window.agent = ${agent}(${library}, (...told) => void window.hear(...told));
</script>`,
  });
}

function putScript(site, url, file) {
  const body = fs.readFileSync(path.resolve(here, file), 'utf8');
  site.files.set(url, { type: 'text/javascript; charset=utf-8', body });
}

/**
 * Opens such a page, in a profile of its own; `hear` gets what its agent tells. Returns how to command the agent.
 *
 * - `origin`: another name of the site.
 * - `guestOf`: the origin of somebody else, at which the browser is to believe the page.
 * - `onRequest`: is told of the page's requests.
 */
export async function open(browser, site, file, hear, { origin = site.origin, guestOf, onRequest = () => {} } = {}) {
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.exposeFunction('hear', hear);
  page.on('request', onRequest);
  if (guestOf) await lodge(page, site, guestOf);
  await page.goto(`${guestOf ?? origin}/page/${file}`);
  await page.waitForFunction(() => window.agent);
  return (command, ...args) => page.evaluate(([name, given]) => window.agent[name](...given), [command, args]);
}

function lodge(page, site, origin) {
  const isOurs = (url) => url.origin === origin && site.files.has(url.pathname);
  return page.route(isOurs, (route) => {
    const { type, body } = site.files.get(new URL(route.request().url()).pathname);
    return route.fulfill({ contentType: type, body });
  });
}
