// The system's Chromium, with a close look at what its console says and where its requests go.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { environment, PATIENCE_MS } from './environment.js';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** Asked without a session; browsers report each such answer as an error. */
const WITHOUT_SESSION = { path: '/api/v1/me', status: '401' };

/** One browser; each person in it has a window of their own, which shares nothing with the others'. */
export async function launch() {
  const browser = await chromium.launch({
    executablePath: whereIs(environment.chromium),
    headless: true,
    chromiumSandbox: false,
    args: FLAGS,
  });
  return { window: (options) => openWindow(browser, options), close: () => browser.close() };
}

/** `expected` are answers that the test provokes: how their paths end, and their status. */
async function openWindow(browser, { expected = [], ...options } = {}) {
  const context = await browser.newContext({
    viewport: DESKTOP,
    baseURL: environment.url,
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  watchConsole(context, complaints, [WITHOUT_SESSION, ...expected]);
  watchRequests(context, complaints);
  return { context, page: await context.newPage(), complaints };
}

/** Errors, what the content policy refuses among them, and exceptions that nobody caught. */
function watchConsole(context, complaints, expected) {
  const fits = (url, path) => (path instanceof RegExp ? path.test(url) : url.endsWith(path));
  const isExpected = ({ text, url }) => expected.some(({ path, status }) => fits(url, path) && text.includes(status));
  context.on('console', (message) => {
    const complaint = { text: message.text(), url: message.location().url };
    if (message.type() === 'error' && !isExpected(complaint)) complaints.push(complaint);
  });
  context.on('weberror', (error) => complaints.push({ text: String(error.error()), url: error.page()?.url() }));
}

/** The dashboard asks nobody but the server that it came from. */
function watchRequests(context, complaints) {
  context.on('request', (request) => {
    const url = request.url();
    const isForeign = /^(https?|wss?):/.test(url) && new URL(url).host !== new URL(environment.url).host;
    if (isForeign && !request.isNavigationRequest() && request.frame().url().startsWith(environment.url)) {
      complaints.push({ text: 'a request to another origin', url });
    }
  });
}

/** Keeps what a person would have seen; the README shows one of these. */
export async function screenshot(page, name, options = {}) {
  fs.mkdirSync(environment.screenshots, { recursive: true });
  await page.screenshot({ path: path.join(environment.screenshots, `${name}.png`), animations: 'disabled', ...options });
}

function whereIs(program) {
  return execFileSync('sh', ['-c', 'command -v -- "$1"', 'sh', program], { encoding: 'utf8' }).trim();
}
