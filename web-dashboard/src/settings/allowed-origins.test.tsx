import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { app, renderAt, session } from '../test-render';
import { fieldError, stubApi, type Answer } from '../test-server';

const saved = (allowed_origins: string[]): Answer => ({
  body: { ...app, settings: { ...app.settings, allowed_origins } },
});

const open = async (present: string[], ...replies: Answer[]) => {
  const calls = stubApi({
    'GET /api/v1/me': { body: session },
    'GET /api/v1/apps/4821907': saved(present),
    'GET /api/v1/apps': { body: { apps: [] } },
    'PATCH /api/v1/apps/4821907': () => replies.shift() ?? { status: 500 },
  });
  renderAt('/apps/4821907/settings');
  const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Allowed origins' });
  const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Save origins' });
  const patches = () => calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
  return { field, save, patches };
};

it('saves one origin per line, and shows them as the server wrote them', async () => {
  const origins = ['https://www.example.com', 'https://*.example.com'];
  const { field, save, patches } = await open(['http://localhost:3000'], saved(origins));
  expect(field.value).toBe('http://localhost:3000');
  expect(save.disabled).toBe(true);

  await userEvent.clear(field);
  await userEvent.type(field, 'https://www.Example.com/{Enter}{Enter}  https://*.example.com{Enter}');
  await userEvent.click(save);
  await waitFor(() => expect(field.value).toBe(origins.join('\n')));
  expect(save.disabled).toBe(true);
  expect(patches()).toEqual([{ settings: { allowed_origins: ['https://www.Example.com/', 'https://*.example.com'] } }]);
});

it('allows every page again when it is emptied', async () => {
  const { field, save, patches } = await open(['https://www.example.com'], saved([]));
  await userEvent.clear(field);
  await userEvent.click(save);
  await waitFor(() => expect(save.disabled).toBe(true));
  expect(patches()).toEqual([{ settings: { allowed_origins: [] } }]);
});

it('checks origins here, and shows at the field what the server says', async () => {
  const refusal = 'allowed_origins[0]: "https://a.example" is no origin such as https://www.example.com';
  const { field, save, patches } = await open([], fieldError({ settings: refusal }));
  await userEvent.type(field, 'www.example.com');
  await userEvent.click(save);
  expect(await screen.findByText(/^“www.example.com” is not an origin such as/)).toBeTruthy();
  expect(document.activeElement).toBe(field);
  expect(patches()).toEqual([]);

  await userEvent.clear(field);
  await userEvent.type(field, 'https://a.example');
  await userEvent.click(save);
  expect(await screen.findByText('"https://a.example" is no origin such as https://www.example.com.')).toBeTruthy();
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(field.value).toBe('https://a.example');
});
