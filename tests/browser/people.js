// People with accounts, made over the API: what a test is about it does by hand, what comes before it does not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { environment } from './environment.js';
import { linkMailedTo } from './mail.js';

export const PASSWORD = 'a long enough password';

/** Someone who has signed up, in a window of their own. */
export async function signUp(browser, organisation, options) {
  const window = await browser.window(options);
  const email = `${organisation.toLowerCase().replace(/\W+/g, '-')}@example.com`;
  const person = { ...window, email, ask: asker(window.context) };
  await person.ask('POST', '/signup', { organisation, email, password: PASSWORD });
  return person;
}

/** Someone without an account, invited by another and with a window of their own. */
export async function join(browser, inviter, email, role, options) {
  await inviter.ask('POST', '/invitations', { email, role });
  const token = (await linkMailedTo(email, 'accept-invitation')).split('#')[1];
  const window = await browser.window(options);
  const person = { ...window, email, ask: asker(window.context) };
  await person.ask('POST', '/invitations/accept', { token, password: PASSWORD });
  return person;
}

/** Makes somebody an operator of the installation, as no page can. */
export async function grantOperator({ email }) {
  // Its database is in its folder, whatever the environment offers.
  const { DATABASE_URL: _, ...env } = process.env;
  await promisify(execFile)(environment.program, ['operator', 'grant', email, '--data-dir', environment.data], { env });
}

/** An app, with the secret of its key. */
export async function createApp({ ask }, name, settings = {}) {
  const app = await ask('POST', '/apps', { name });
  if (Object.keys(settings).length > 0) await ask('PATCH', `/apps/${app.id}`, { settings });
  const { key, secret } = await ask('POST', `/apps/${app.id}/keys/${app.keys[0].id}/reveal`);
  return { id: app.id, name, key, secret, keyId: app.keys[0].id, path: `/dashboard/apps/${app.id}` };
}

/** Calls the management API with the cookie of a window. */
function asker(context) {
  return async (method, path, body) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const response = await context.request.fetch(`/api/v1${path}`, { method, headers, data: body && JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok(), `${method} ${path}: ${response.status()} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
}
