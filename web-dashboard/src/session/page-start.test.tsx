import { screen, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { renderAt, session } from '../test-render';
import { stubApi } from '../test-server';

const answers = {
  'GET /api/v1/me': { body: session },
  'GET /api/v1/me/tenants': { body: { tenants: [] } },
  'GET /api/v1/me/sessions': { body: { sessions: [] } },
  'GET /api/v1/me/notices': { body: { by_mail: true } },
  'GET /api/v1/apps': { body: { apps: [] } },
};

it('another page begins at its top, and the focus is there', async () => {
  stubApi(answers);
  const scroll = vi.spyOn(window, 'scrollTo');
  const { router } = renderAt('/account');
  await screen.findByRole('heading', { name: 'Your account' });
  expect(scroll).not.toHaveBeenCalled();
  await router.navigate('/apps');
  await screen.findByRole('heading', { name: 'Create your first app' });
  await waitFor(() => expect(document.activeElement?.id).toBe('content'));
  expect(scroll).toHaveBeenCalledWith(0, 0);
});

it('a dialog with an address of its own and going back leave the page where it is', async () => {
  stubApi(answers);
  const scroll = vi.spyOn(window, 'scrollTo');
  const { router } = renderAt('/apps/new');
  await screen.findByRole('dialog');
  await router.navigate('/apps');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(scroll).not.toHaveBeenCalled();
  await router.navigate('/account');
  await screen.findByRole('heading', { name: 'Your account' });
  await router.navigate(-1);
  await screen.findByRole('heading', { name: 'Create your first app' });
  expect(scroll).toHaveBeenCalledTimes(1);
});
