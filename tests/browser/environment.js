import path from 'node:path';

const here = import.meta.dirname;

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run this suite by with-platform`);
  return value;
}

export const environment = {
  url: required('PLATFORM_URL'),
  host: required('PLATFORM_HOST'),
  port: Number(required('PLATFORM_PORT')),
  chromium: process.env.CHROMIUM ?? 'chromium',
  screenshots: process.env.SCREENSHOTS ?? path.resolve(here, '../../target/screenshots'),
};

/** How long anything may take that must happen. */
export const PATIENCE_MS = 20_000;
