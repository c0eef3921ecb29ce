import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { fieldError, stubApi, type Answer } from '../test-server';

const TEST = 'POST /api/v1/apps/4821907/auth-endpoint-test';

const refused = {
  accepted: false,
  findings: [
    { check: 'status', ok: true, message: 'Answered with 200.' },
    { check: 'signature', ok: false, message: 'What was signed is wrong: the socket id is missing.' },
  ],
  socket_id: '1.2',
  expected_text: '1.2:private-test',
  status: 200,
  duration_ms: 84,
  request: { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'socket_id=1.2' },
  response: { headers: {}, excerpt: '<img src=x onerror=alert(1)>' },
};

const stubTester = (answer: Answer) =>
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': { body: app },
    [TEST]: answer,
  });

it('asks the endpoint with the given headers, and explains its answer as text', async () => {
  const calls = stubTester({ body: refused });
  const { router } = renderAt('/apps/4821907/auth-tester');
  await userEvent.type(await screen.findByRole('textbox', { name: 'Address of the endpoint' }), 'https://example.com/auth');
  await userEvent.click(screen.getByRole('button', { name: 'Add header' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Name of header 1' }), 'Cookie');
  await userEvent.type(screen.getByRole('textbox', { name: 'Value of header 1' }), 'sid=secret');
  await userEvent.click(screen.getByRole('button', { name: 'Test endpoint' }));

  expect(await screen.findByRole('heading', { name: 'A client could not join with this answer' })).toBeTruthy();
  const findings = within(screen.getByRole('list', { name: 'What was looked at' })).getAllByRole('listitem');
  expect(findings.map(({ textContent }) => textContent)).toEqual(refused.findings.map(({ message }) => message));
  expect(within(findings[1]!).getByRole('img', { name: 'Wrong' })).toBeTruthy();
  expect(screen.getByText('1.2:private-test')).toBeTruthy();
  expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy();
  expect(document.querySelector('img')).toBeNull();

  expect(calls.at(-1)?.body).toEqual({
    url: 'https://example.com/auth',
    channel: 'private-test',
    headers: { Cookie: 'sid=secret' },
  });
  // What was tested can be passed on as a link; what it was tested with cannot.
  expect(router.state.location.search).toContain('url=https');
  expect(router.state.location.search).not.toContain('secret');
});

it('puts what the server refuses beside its field', async () => {
  stubTester(fieldError({ channel: 'Clients join this channel without asking.' }));
  renderAt('/apps/4821907/auth-tester?url=https%3A%2F%2Fexample.com&channel=news');
  await userEvent.click(await screen.findByRole('button', { name: 'Test endpoint' }));
  expect(await screen.findByText('Clients join this channel without asking.')).toBeTruthy();
  expect(screen.getByRole('textbox', { name: 'Channel' })).toHaveProperty('value', 'news');
});
