export type Language = 'js' | 'html' | 'python' | 'php' | 'ruby' | 'go' | 'env';
export type TokenKind = 'plain' | 'comment' | 'string' | 'keyword' | 'number' | 'name';

export interface Token {
  kind: TokenKind;
  text: string;
}

const STRING = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"`;
const NUMBER = String.raw`\b\d+(?:\.\d+)?\b`;

const words = (list: string) => String.raw`\b(?:${list.replaceAll(' ', '|')})\b`;

interface Grammar {
  comment: string;
  keyword: string;
  /** Tags in HTML, variable names in .env: whatever reads best in the accent colour. */
  name?: string;
}

const JS_WORDS = 'const function import from new return if true false undefined require';

/** Only as much grammar as the snippets need; this is no general highlighter. */
const GRAMMARS: Record<Language, Grammar> = {
  js: { comment: String.raw`\/\/[^\n]*`, keyword: words(JS_WORDS) },
  html: { comment: String.raw`<!--[\s\S]*?-->`, keyword: words(JS_WORDS), name: String.raw`<[!\/]?[a-z][a-z0-9]*|\/?>` },
  python: { comment: '#[^\\n]*', keyword: words('import from def if is None return True False print') },
  php: { comment: String.raw`\/\/[^\n]*`, keyword: words('require new echo true false'), name: String.raw`<\?php|\$\w+` },
  ruby: { comment: '#[^\\n]*', keyword: words('require puts true false') },
  go: { comment: String.raw`\/\/[^\n]*`, keyword: words('package import func if nil map string true false') },
  env: { comment: '#[^\\n]*', keyword: '(?!)', name: String.raw`^[A-Z_]+(?==)` },
};

const KINDS: TokenKind[] = ['string', 'comment', 'name', 'keyword', 'number'];

/** Splits code into coloured pieces. Joined again they are exactly the code. */
export function highlight(code: string, language: Language): Token[] {
  const { comment, keyword, name = '(?!)' } = GRAMMARS[language];
  // Strings come first: "https://…" must not be read as a comment.
  const pattern = new RegExp([STRING, comment, name, keyword, NUMBER].map((part) => `(${part})`).join('|'), 'gm');
  const tokens: Token[] = [];
  let end = 0;
  for (const match of code.matchAll(pattern)) {
    if (match.index > end) tokens.push({ kind: 'plain', text: code.slice(end, match.index) });
    const group = match.slice(1).findIndex((part) => part !== undefined);
    tokens.push({ kind: KINDS[group] ?? 'plain', text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < code.length) tokens.push({ kind: 'plain', text: code.slice(end) });
  return tokens;
}
