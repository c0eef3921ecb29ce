// The system's Chromium with a profile of its own, and a close look at what its console says.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
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

/** Answers that the tour provokes; browsers report each of them as an error. */
const EXPECTED = [
  { path: '/api/v1/me', status: '401' }, // asked without a session
  { path: '/api/v1/signup', status: '422' }, // the mistake
];
const isExpected = ({ text, url }) => EXPECTED.some(({ path, status }) => url.endsWith(path) && text.includes(status));

export async function launch() {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'campanile-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: whereIs(environment.chromium),
    headless: true,
    chromiumSandbox: false,
    args: FLAGS,
    viewport: { width: 1280, height: 800 },
    baseURL: environment.url,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  context.on('console', (message) => {
    const complaint = { text: message.text(), url: message.location().url };
    if (message.type() === 'error' && !isExpected(complaint)) complaints.push(complaint);
  });
  context.on('weberror', (error) => complaints.push({ text: String(error.error()), url: error.page()?.url() }));
  const close = async () => {
    await context.close();
    fs.rmSync(profile, { recursive: true, force: true });
  };
  return { context, complaints, close };
}

/** Keeps what a person would have seen; the README shows one of these. */
export async function screenshot(page, name) {
  fs.mkdirSync(environment.screenshots, { recursive: true });
  await page.screenshot({ path: path.join(environment.screenshots, `${name}.png`), animations: 'disabled' });
}

function whereIs(program) {
  return execFileSync('sh', ['-c', 'command -v -- "$1"', 'sh', program], { encoding: 'utf8' }).trim();
}
