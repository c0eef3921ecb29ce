// A look at a screen as people see it: light, dark and on a phone.
import { seriousFindings } from './accessibility.js';
import { DESKTOP, PHONE, screenshot } from './chromium.js';

/** Good by https://web.dev/articles/cls. */
const MOST_LAYOUT_SHIFT = 0.1;

/** Has each page of a window sum up by how much its content moved without anybody having touched it. */
export async function measureShifts(context) {
  await context.addInitScript(() => {
    globalThis.layoutShift = 0;
    const add = (list) => list.getEntries().forEach(({ value, hadRecentInput }) => (globalThis.layoutShift += hadRecentInput ? 0 : value));
    new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Opens a screen and says in words what is wrong with it. Pictures are kept either way. */
export async function look(page, [name, address, ready]) {
  await page.goto(address);
  await ready(page).waitFor();
  const faults = await shiftOf(page);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    await screenshot(page, `${name}-${colorScheme}`, { fullPage: true });
    faults.push(...(await seriousFindings(page)).map((finding) => `${colorScheme}: ${finding}`));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return [...faults, ...(await lookOnPhone(page, name, ready))];
}

async function lookOnPhone(page, name, ready) {
  await page.setViewportSize(PHONE);
  await page.reload();
  await ready(page).waitFor();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const faults = [...(await shiftOf(page)), ...(overflow > 0 ? [`it is ${overflow} px wider than the phone`] : [])];
  await screenshot(page, `${name}-phone`, { fullPage: true });
  await page.setViewportSize(DESKTOP);
  return faults;
}

async function shiftOf(page) {
  const shift = await page.evaluate(() => globalThis.layoutShift);
  return shift <= MOST_LAYOUT_SHIFT ? [] : [`its content moved by ${shift}`];
}
