import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { renderAt } from '../../test-render';
import type { Answer } from '../../test-server';
import { ENDPOINT, PAGE, refusal, stubEndpoint, webhook } from '../test-endpoint';
import { parseHeaders } from './parse-headers';

async function open(answer: Answer) {
  const calls = stubEndpoint(webhook(), { [`POST ${ENDPOINT}/verify`]: answer });
  const user = userEvent.setup();
  renderAt(`${PAGE}/verify`);
  const paste = async (name: string, text: string) => {
    await user.click(await screen.findByRole('textbox', { name }));
    await user.paste(text);
  };
  const verify = () => user.click(screen.getByRole('button', { name: 'Verify' }));
  return { calls, paste, verify };
}

it('gives a verdict on both schemes, and what the secret would give', async () => {
  const { calls, paste, verify } = await open({
    body: {
      pusher: { valid: true, reason: null, expected: 'abc123' },
      standard: { valid: false, reason: 'The timestamp is 6 minutes old.', expected: 'v1,xyz=' },
    },
  });
  await paste('Headers', 'X-Pusher-Key: k\nwebhook-id: msg_1');
  await paste('Body', ' {"a": 1}\n');
  await verify();
  const good = within(await screen.findByRole('region', { name: 'Verdict: Pusher' }));
  expect(good.getByText('Valid')).toBeTruthy();
  expect(good.getByText('abc123')).toBeTruthy();
  const bad = within(screen.getByRole('region', { name: 'Verdict: Standard Webhooks' }));
  expect(bad.getByText('Not valid')).toBeTruthy();
  expect(bad.getByText('The timestamp is 6 minutes old.')).toBeTruthy();
  expect(bad.getByText('v1,xyz=')).toBeTruthy();
  // The body exactly as pasted: a trimmed one would not fit.
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({
    headers: { 'x-pusher-key': 'k', 'webhook-id': 'msg_1' },
    body: ' {"a": 1}\n',
  });
});

it('says which line is no header, and asks nothing', async () => {
  const { calls, paste, verify } = await open({ status: 500 });
  await paste('Headers', 'webhook-id: msg_1\nnonsense');
  await verify();
  expect(await screen.findByText(/Line 2 is no header/)).toBeTruthy();
  expect(calls.some(({ method }) => method === 'POST')).toBe(false);
});

it('says why it could not be verified', async () => {
  const { paste, verify } = await open(refusal('The body is too large.', 413));
  await paste('Headers', 'webhook-id: msg_1');
  await verify();
  expect((await screen.findByRole('alert')).textContent).toBe('The body is too large.');
});

describe('parseHeaders', () => {
  it('takes them as they stand in a log', () => {
    expect(parseHeaders('POST /hook HTTP/1.1\r\nHost: example.com:8080\r\nX-Empty:\r\n\r\n')).toEqual({
      headers: { host: 'example.com:8080', 'x-empty': '' },
    });
  });

  it.each(['', '  \n', 'POST / HTTP/1.1'])('finds none in “%s”', (text) => {
    expect(parseHeaders(text)).toEqual({ error: 'Paste the headers of the request.' });
  });

  it('takes no line without a name', () => {
    expect(parseHeaders(': x')).toHaveProperty('error');
  });
});
