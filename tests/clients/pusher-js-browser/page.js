// A page of the tenant's site: one build of pusher-js and the agent that drives it.
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const read = (file) => fs.readFileSync(path.resolve(here, file), 'utf8');

/** Puts what pages need on the tenant's site. */
export function publish(site, builds) {
  site.files.set('/agent.js', { type: 'text/javascript', body: read('../shared/agent.js') });
  for (const { file } of builds) {
    site.files.set(`/${file}`, { type: 'text/javascript', body: read(`node_modules/${file}`) });
    site.files.set(`/page/${file}`, { type: 'text/html; charset=utf-8', body: html(file) });
  }
}

function html(file) {
  return `<!doctype html>
<title>pusher-js</title>
<script src="/${file}"></script>
<script type="module">
  import { createAgent } from '/agent.js';
  window.agent = createAgent(Pusher, (...told) => void window.hear(...told));
</script>`;
}

/** Opens such a page; `hear` gets what its agent tells. Returns how to command the agent. */
export async function open(browser, site, file, hear) {
  const page = await browser.newPage();
  await page.exposeFunction('hear', hear);
  await page.goto(`${site.origin}/page/${file}`);
  await page.waitForFunction(() => window.agent);
  return (command, ...args) => page.evaluate(([name, given]) => window.agent[name](...given), [command, args]);
}
