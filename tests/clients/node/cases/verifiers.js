// Webhooks against the verifiers that receivers use: npm `pusher` for Pusher's signature, npm
// `standardwebhooks` for the endpoint's own, before and while its secret is exchanged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { appServer, server } from '../app-server.js';
import { connect, subscribe } from '../browser.js';
import { environment } from '../../shared/environment.js';

const { host, port, appId, webhookId, webhookSecret, managementToken } = environment;

/** The request that tells of a channel. */
async function requestAbout(channel) {
  await subscribe(await connect(), channel);
  return appServer.webhookRequests.next(`a webhook about ${channel}`, ({ rawBody }) => rawBody.includes(`"${channel}"`));
}

/** Exchanges the endpoint's secret and returns the new one. */
async function rotateSecret() {
  const url = `http://${host}:${port}/api/v1/apps/${appId}/webhooks/${webhookId}/rotate-secret`;
  const response = await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${managementToken}` } });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()).signing_secret;
}

const accepts = ({ headers, rawBody }, secret) => {
  try {
    new Webhook(secret).verify(rawBody, headers);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
};

const acceptsPusher = (request) => server.webhook(request).isValid();

const altered = ({ headers, rawBody }) => ({ headers, rawBody: rawBody.replace('"events"', ' "events"') });

test('both verifiers accept what is sent and refuse what was altered', async () => {
  const request = await requestAbout('verified');
  assert.ok(accepts(request, webhookSecret) && acceptsPusher(request));
  const other = altered(request);
  assert.ok(!accepts(other, webhookSecret) && !acceptsPusher(other));
  const late = { ...request, headers: { ...request.headers, 'webhook-timestamp': '1700000000' } };
  assert.ok(!accepts(late, webhookSecret), 'an old request cannot be sent again');
});

test('while the secret is exchanged, who knows either one accepts', async () => {
  const next = await rotateSecret();
  assert.notEqual(next, webhookSecret);
  const request = await requestAbout('verified-twice');
  assert.ok(accepts(request, webhookSecret), 'the previous secret');
  assert.ok(accepts(request, next), 'the new secret');
  assert.ok(acceptsPusher(request), 'the signature of the app is as before');
  assert.ok(!accepts(request, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), 'no other secret');
  assert.ok(!accepts(altered(request), next));
});
