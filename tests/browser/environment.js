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
  /** What the platform logs; without a mail server, mails are in it. */
  log: required('PLATFORM_LOG'),
  /** The command line beside it, with the folder that it is to be told. */
  program: required('PLATFORM_PROGRAM'),
  data: required('PLATFORM_DATA'),
  chromium: process.env.CHROMIUM ?? 'chromium',
  screenshots: process.env.SCREENSHOTS ?? path.resolve(here, '../../target/screenshots'),
};

/** How long anything may take that must happen. */
export const PATIENCE_MS = 20_000;

/** Asks again until there is something, and returns it. */
export async function eventually(find) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = await find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it never came: ${find}`);
}
