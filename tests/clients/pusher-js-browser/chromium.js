// The system's Chromium.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch() {
  const program = process.env.CHROMIUM ?? 'chromium';
  const executablePath = execFileSync('sh', ['-c', 'command -v -- "$1"', 'sh', program], { encoding: 'utf8' }).trim();
  return chromium.launch({ executablePath, chromiumSandbox: false, args: FLAGS });
}
