// The hidden frame of SockJS: a page of ours, and the client that it loads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import SockJS from 'sockjs-client';
import { environment } from '../../shared/environment.js';

const { host, port } = environment;
const get = (path, headers = {}) => fetch(`http://${host}:${port}${path}`, { headers });

export function frame() {
  test('pages of every origin may frame what SockJS hides', async () => {
    const answer = await get('/sockjs/iframe.html');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-frame-options'), null);
    // It stands beside the dashboard, and does what any page around it says: with sessions only.
    const policy = answer.headers.get('content-security-policy');
    assert.doesNotMatch(policy, /frame-ancestors/);
    const { host } = new URL(answer.url);
    const reach = policy.match(/connect-src([^;]*)/)[1].trim().split(' ');
    assert.ok(reach.includes(`${host}/sockjs/`));
    assert.ok(reach.every((source) => source.startsWith(`${host}/`) && !source.startsWith(`${host}/api`)));
    assert.ok((await answer.text()).includes('src="/sockjs-client/sockjs.min.js"'));
  });

  test('the frame gets the stock client, licence and all, and asks for it once a day', async () => {
    const answer = await get('/sockjs-client/sockjs.min.js');
    assert.equal(answer.status, 200, 'the dashboard is built');
    assert.match(answer.headers.get('content-type'), /javascript/);
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=86400');
    const script = await answer.text();
    assert.ok(script.includes('The MIT License'));
    // A frame of another version refuses the page.
    assert.ok(script.includes(`sockjs-client v${SockJS.version}`));
    const again = await get('/sockjs-client/sockjs.min.js', { 'If-None-Match': answer.headers.get('etag') });
    assert.equal(again.status, 304);
  });
}
