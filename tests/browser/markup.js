// Whether text from outside became more than text on a page.
import assert from 'node:assert/strict';

/** Notes what payloads do, for as long as the window is open. */
export async function watchForCode({ context, page, complaints }) {
  await context.exposeBinding('ran', () => complaints.push({ text: 'a payload ran' }));
  page.on('dialog', (dialog) => (complaints.push({ text: 'a dialog opened' }), dialog.dismiss()));
}

/** Elements and attributes that no screen of ours has. */
export function markupIn(page) {
  return page.evaluate(() => {
    const foreign = 'iframe, object, embed, base, marquee, isindex, math, video, audio, template, meta[http-equiv], #root img, #root script';
    const isCode = ({ name, value }) => /^on/i.test(name) || (/^(href|src|action|formaction|data)$/i.test(name) && !/^(\/|#|http)/.test(value));
    return [...document.querySelectorAll('*')]
      .filter((element) => element.matches(foreign) || (element.matches('style') && element.textContent.includes('evil.test')) || [...element.attributes].some(isCode))
      .map((element) => element.outerHTML.slice(0, 200));
  });
}

/** Each text is there to be read, letter by letter, and nothing of it is anything but text. */
export async function showsAsText({ page, complaints }, texts, region = page.locator('body')) {
  const faultless = { missing: [], markup: [], complaints: [] };
  let found;
  const look = async () => {
    const shown = await region.evaluate((element) => element.textContent + [...element.querySelectorAll('input, textarea')].map(({ value }) => value).join(''));
    found = { missing: texts.filter((text) => !shown.includes(text)), markup: await markupIn(page), complaints };
    return found.missing.length === 0;
  };
  // Lists fill while one looks.
  for (let turn = 0; turn < 100 && !(await look()); turn += 1) await page.waitForTimeout(100);
  assert.deepEqual(found, faultless);
}
