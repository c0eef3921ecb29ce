import { expect, it } from 'vitest';
import { curlCommand } from './curl';

it('is a command that posts the same bytes to the own machine', () => {
  expect(curlCommand({ 'content-type': 'application/json', 'webhook-id': 'msg_1' }, '{"a":1}')).toBe(
    [
      'curl -X POST http://localhost:3000/hook \\',
      "  -H 'content-type: application/json' \\",
      "  -H 'webhook-id: msg_1' \\",
      `  --data-raw '{"a":1}'`,
    ].join('\n'),
  );
});

it('stays one command whatever the values hold', () => {
  const command = curlCommand({ 'X-Env': "a'; rm -rf / #" }, "o'brien $(id) `id`\n");
  expect(command).toContain(`-H 'X-Env: a'\\''; rm -rf / #'`);
  expect(command).toContain(`--data-raw 'o'\\''brien $(id) \`id\`\n'`);
});

it('leaves out what curl makes itself, what is masked, and what is no header', () => {
  const command = curlCommand({ Host: 'example.com', 'Content-Length': '7', 'X-Env': '•••', '@file': 'x', '': 'y' }, '');
  expect(command).toBe("curl -X POST http://localhost:3000/hook \\\n  --data-raw ''");
});
