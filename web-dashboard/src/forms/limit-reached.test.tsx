import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const message = 'There can be at most 20 of these. Delete one that is no longer needed.';

it.each([
  ['apps', '/apps/new', null, 'Create app', 'POST /api/v1/apps'],
  ['keys', '/apps/4821907/keys', 'Create key', 'Create key', 'POST /api/v1/apps/4821907/keys'],
  ['webhooks', '/apps/4821907/webhooks/new', null, 'Add endpoint', 'POST /api/v1/apps/4821907/webhooks'],
])('says in the form that there are too many %s', async (_what, address, opener, submit, call) => {
  stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps': { body: { apps: [app] } },
    'GET /api/v1/apps/4821907': { body: app },
    'GET /api/v1/apps/4821907/webhooks': { body: { webhooks: [] } },
    [call]: { status: 409, body: { error: { code: 'limit_reached', message } } },
  });
  renderAt(address);
  if (opener !== null) {
    await userEvent.click(await screen.findByRole('button', { name: opener }));
    await screen.findByRole('dialog');
  }
  await userEvent.click((await screen.findAllByRole('button', { name: submit })).at(-1)!);
  expect((await screen.findByRole('alert')).textContent).toBe(message);
});
