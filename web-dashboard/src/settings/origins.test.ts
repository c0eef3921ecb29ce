import { expect, it } from 'vitest';
import { originsError, readOrigins } from './origins';

it.each([
  'https://www.example.com',
  'https://www.Example.com/',
  'https://*.example.com',
  'http://localhost:3000',
  'https://a_b-c.example:65535',
  'http://[::1]:8080',
  'http://[::1]',
  'capacitor://localhost',
  'chrome-extension://abcdefgh',
])('takes %s', (origin) => expect(originsError(origin)).toBeNull());

it.each([
  '*',
  'null',
  'example.com',
  'https://',
  'https://*',
  'https://a.*.com',
  'https://a/b',
  'https://a:x',
  'https://a:65536',
  'https://a b',
  'https://user@a.example',
  'https://a..example',
  'http://[::x]',
  `https://${'a'.repeat(300)}`,
])('refuses %s', (origin) => expect(originsError(`https://good.example\n${origin}`)).toContain(`“${origin}”`));

it('takes at most a hundred', () => {
  const origins = Array.from({ length: 101 }, (_, index) => `https://a${index}.example`);
  expect(originsError(origins.slice(0, 100).join('\n'))).toBeNull();
  expect(originsError(origins.join('\n'))).toBe('Enter at most 100 origins.');
});

it('reads each once, without empty lines and spaces', () => {
  expect(readOrigins('\n https://a.example \r\nhttps://a.example\n\nhttps://b.example\n')).toEqual([
    'https://a.example',
    'https://b.example',
  ]);
});
