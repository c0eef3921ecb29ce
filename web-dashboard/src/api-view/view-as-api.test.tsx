import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import operations from 'virtual:api-operations';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const APP = '/api/v1/apps/4821907';

function stub() {
  return stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps': { body: { apps: [app] } },
    [`GET ${APP}`]: { body: app },
    [`GET ${APP}/users`]: { body: { users: [], next_cursor: null } },
    [`PATCH ${APP}`]: { body: app },
    'GET /api/v1/me/sessions': { body: { sessions: [] } },
    'GET /api/v1/me/notices': { body: { by_mail: true } },
    'POST /api/v1/me/password': { status: 204 },
  });
}

async function openPanel() {
  await userEvent.click(await screen.findByRole('button', { name: 'View as API' }));
  return within(await screen.findByRole('dialog', { name: 'View as API' }));
}

it('shows what the screen asked, with the document\u2019s words and a command to copy', async () => {
  stub();
  renderAt('/apps/4821907/users');
  await screen.findByText('Nobody is signed in', { exact: false });
  const panel = await openPanel();
  const users = await panel.findByRole('region', { name: 'List the users who are signed in' });
  expect(within(users).getByText('read')).toBeTruthy();
  const command = within(users).getByRole('region', { name: `cURL of GET ${APP}/users` });
  expect(command.textContent).toContain(`curl '${window.location.origin}${APP}/users'`);
  expect(command.textContent).toContain('$CAMPANILE_TOKEN');
  expect(within(users).getByRole('button', { name: `Copy cURL of GET ${APP}/users` })).toBeTruthy();
  expect(panel.getByRole('link', { name: 'OpenAPI document' }).getAttribute('href')).toBe('/api/v1/openapi.json');
  // The frame's own question is no news.
  expect(panel.queryByText('/api/v1/me')).toBeNull();
});

it('shows what is still known from another screen, and not what only that one asked', async () => {
  stub();
  const { router } = renderAt('/apps/4821907/users');
  await screen.findByText('Nobody is signed in', { exact: false });
  await router.navigate('/apps/4821907/keys');
  await screen.findByRole('heading', { name: 'Keys' });
  const panel = await openPanel();
  expect(await panel.findByRole('region', { name: 'One app' })).toBeTruthy();
  expect(panel.queryByRole('region', { name: 'List the users who are signed in' })).toBeNull();
});

it('shows how to change what is here, by example and as it was last done', async () => {
  stub();
  renderAt('/apps/4821907/settings');
  const name = await screen.findByLabelText('App name');
  await userEvent.type(name, ' 2');
  await userEvent.click(screen.getAllByRole('button', { name: 'Save' })[0]!);
  const panel = await openPanel();
  await waitFor(() => expect(panel.getByRole('heading', { name: 'Your last change' })).toBeTruthy());
  expect(panel.getAllByText(/"name":"Storefront 2"/)).toHaveLength(1);
  expect(panel.getAllByRole('region', { name: 'Change an app; in force at once' })).toHaveLength(1);
  expect(panel.getByRole('region', { name: 'End an app and its connections' })).toBeTruthy();
});

it('gives the focus back when it is closed', async () => {
  stub();
  renderAt('/apps/4821907/users');
  const panel = await openPanel();
  await userEvent.click(panel.getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'View as API' })));
});

it('leaves when one goes elsewhere', async () => {
  stub();
  const { router } = renderAt('/apps/4821907/users');
  const panel = await openPanel();
  await panel.findByRole('region', { name: 'One app' });
  await router.navigate('/apps/4821907/keys');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

it('knows every operation of the document', () => {
  expect(operations['POST /api/v1/apps']).toEqual({
    summary: 'Make an app with one key',
    scope: 'write',
    example: { name: '\u2026' },
  });
  expect(operations['GET /api/v1/apps/{app_id}/live']?.streams).toBe(true);
  expect(operations['POST /api/v1/me/password']?.scope).toBeNull();
});
