import { expect, it } from 'vitest';
import { curlCommand } from './curl';

const ORIGIN = 'https://campanile.example';

it('reads with a token and nothing else', () => {
  expect(curlCommand({ method: 'GET', url: '/api/v1/apps?limit=5' }, ORIGIN)).toBe(
    `curl 'https://campanile.example/api/v1/apps?limit=5' \\\n  --header "Authorization: Bearer $CAMPANILE_TOKEN"`,
  );
});

it('listens without a buffer', () => {
  expect(curlCommand({ method: 'GET', url: '/live' }, ORIGIN, true)).toContain('curl --no-buffer ');
});

it('says what it changes, one word to the shell whatever it holds', () => {
  const command = curlCommand({ method: 'PATCH', url: "/api/v1/apps/it's", body: { name: "Ada's $HOME" } }, ORIGIN);
  expect(command.split(' \\\n  ')).toEqual([
    `curl 'https://campanile.example/api/v1/apps/it'\\''s'`,
    '--request PATCH',
    '--header "Authorization: Bearer $CAMPANILE_TOKEN"',
    `--header 'Content-Type: application/json'`,
    `--data-raw '{"name":"Ada'\\''s $HOME"}'`,
  ]);
});

it('posts an empty object where there is nothing to say', () => {
  expect(curlCommand({ method: 'POST', url: '/x' }, ORIGIN)).toContain(`--data-raw '{}'`);
  expect(curlCommand({ method: 'DELETE', url: '/x' }, ORIGIN)).not.toContain('--data-raw');
});
