import { describe, expect, it } from 'vitest';
import { authorizeSnippets } from './authorize';
import { browserSnippets } from './browser';
import { MASKED_SECRET, type Connection } from './connection';
import { highlight } from './highlight';
import { serverSnippets } from './server';

const connection: Connection = { appId: '1', key: 'k', secret: MASKED_SECRET, host: 'localhost', port: 80, tls: false };
const all = [...browserSnippets(connection), ...serverSnippets(connection), ...authorizeSnippets(connection)];

describe('highlight', () => {
  it.each(all.map((snippet) => [snippet.id, snippet] as const))('changes no character of %s', (_id, { code, language }) => {
    const tokens = highlight(code, language);
    expect(tokens.map((token) => token.text).join('')).toBe(code);
    expect(tokens.length).toBeGreaterThan(5);
  });

  it('does not take an address in a string for a comment', () => {
    expect(highlight("get('https://example.com') // why", 'js')).toEqual([
      { kind: 'plain', text: 'get(' },
      { kind: 'string', text: "'https://example.com'" },
      { kind: 'plain', text: ') ' },
      { kind: 'comment', text: '// why' },
    ]);
  });
});
