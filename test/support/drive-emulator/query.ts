/**
 * Parser of the search language: `and`, `or`, `not`, parentheses; `and` and `or` bind from left to right alike, as the
 * guide says, so that mixed ones need parentheses to mean something else.
 */
import { invalid } from './api-error';
import type { DriveNode } from './node';
import { type Token, tokenize } from './query-lexer';
import { comparison, type QueryContext } from './query-terms';

export type Predicate = (node: DriveNode) => boolean;

/** @throws ApiError 400 `invalid` at `q` for what the service does not understand */
function parseQuery(query: string, context: QueryContext): Predicate {
  const parser = new Parser(tokenize(query), context);
  const predicate = parser.expression();
  parser.end();
  return predicate;
}

class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly context: QueryContext,
  ) {}

  expression(): Predicate {
    let left = this.term();
    for (;;) {
      const before = left;
      if (this.takeWord('and')) {
        const right = this.term();
        left = (node) => before(node) && right(node);
      } else if (this.takeWord('or')) {
        const right = this.term();
        left = (node) => before(node) || right(node);
      } else return left;
    }
  }

  end(): void {
    if (this.at !== this.tokens.length) this.fail();
  }

  private term(): Predicate {
    if (this.takeWord('not')) {
      const inner = this.term();
      return (node) => !inner(node);
    }
    if (this.takeMark('(')) {
      const inner = this.expression();
      if (!this.takeMark(')')) this.fail();
      return inner;
    }
    return this.comparison();
  }

  private comparison(): Predicate {
    const left = this.next();
    if (left.kind === 'text') {
      // 'id' in parents
      if (!this.takeWord('in')) this.fail();
      return comparison(this.word(), 'in', left.value, this.context);
    }
    if (left.kind !== 'word') this.fail();
    const operator = this.next().value;
    if (operator === 'has') return comparison(left.value, 'has', this.pair(), this.context);
    const value = this.next();
    if (value.kind === 'mark') this.fail();
    if (value.kind === 'word' && value.value !== 'true' && value.value !== 'false') this.fail();
    return comparison(
      left.value,
      operator,
      value.kind === 'word' ? value.value === 'true' : value.value,
      this.context,
    );
  }

  /** `{ key='k' and value='v' }` */
  private pair(): { readonly key: string; readonly value: string } {
    if (!this.takeMark('{')) this.fail();
    const key = this.assignment('key');
    if (!this.takeWord('and')) this.fail();
    const value = this.assignment('value');
    if (!this.takeMark('}')) this.fail();
    return { key, value };
  }

  private assignment(name: string): string {
    if (!this.takeWord(name) || !this.takeMark('=')) this.fail();
    const token = this.next();
    if (token.kind !== 'text') this.fail();
    return token.value;
  }

  private word(): string {
    const token = this.next();
    if (token.kind !== 'word') this.fail();
    return token.value;
  }

  private next(): Token {
    const token = this.tokens[this.at];
    if (!token) this.fail();
    this.at += 1;
    return token;
  }

  private takeWord(value: string): boolean {
    return this.take('word', value);
  }

  private takeMark(value: string): boolean {
    return this.take('mark', value);
  }

  private take(kind: Token['kind'], value: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== kind || token.value !== value) return false;
    this.at += 1;
    return true;
  }

  private fail(): never {
    throw invalid('q', 'Invalid Value');
  }
}

/** Everything matches where there is no query. */
export function matcher(query: string | null, context: QueryContext): Predicate {
  return query === null || query.trim() === '' ? () => true : parseQuery(query, context);
}
