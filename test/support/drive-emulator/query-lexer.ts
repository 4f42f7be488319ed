/** Words of the search language of `files.list` ("Search query terms and operators" of the Drive guides). */
import { invalid } from './api-error';

export type Token =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'mark'; readonly value: string };

const PATTERN = /\s*(?:'((?:[^'\\]|\\.)*)'|([A-Za-z][A-Za-z.]*)|(!=|<=|>=|[=<>(){}]))/y;

/** @throws ApiError 400 for anything that is not of the language */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < query.trimEnd().length) {
    const match = PATTERN.exec(query);
    if (!match) throw invalid('q', 'Invalid Value');
    const [, text, word, mark] = match;
    if (text !== undefined) tokens.push({ kind: 'text', value: unescapeText(text) });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word });
    else tokens.push({ kind: 'mark', value: mark! });
  }
  return tokens;
}

/** Only `\'` and `\\` are escapes. */
function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (_, escaped: string) => {
    if (escaped !== "'" && escaped !== '\\') throw invalid('q', 'Invalid Value');
    return escaped;
  });
}
