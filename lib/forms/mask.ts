/**
 * Source text with the insides of strings, templates, regular expressions and block comments blanked out, of the same
 * length, so that what is left can be searched with simple patterns. A small scanner rather than the TypeScript one,
 * because forms are also read in the browser. Follows ECMA-262, section 12; a `/` is taken for the start of a regular
 * expression where an operand must come.
 */

export interface MaskedSource {
  /** same length as the source; `x` inside literals, spaces inside block comments */
  readonly text: string;
  /** offset of the line comment (`//`, or `#@` as in Colab) of a line, by index of the line from 0 */
  readonly comments: ReadonlyMap<number, number>;
  /** lines that begin inside a template or a block comment */
  readonly continued: ReadonlySet<number>;
}

const HASH_FORM = /#[ \t]*@(?:title|markdown|param)(?![\w-])/y;
const WORD = /[\p{ID_Continue}$]+/uy;
const OPERAND_WORDS = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'delete',
  'await',
  'new',
]);

class Masker {
  private at = 0;
  private line = 0;
  private readonly out: string[] = [];
  private readonly comments = new Map<number, number>();
  private readonly continued = new Set<number>();
  /** depth of braces inside each open `${`, innermost last */
  private readonly holes: number[] = [];
  /** whether a `/` would begin a regular expression */
  private operandNext = true;

  constructor(private readonly source: string) {}

  run(): MaskedSource {
    while (this.at < this.source.length) this.step();
    return { text: this.out.join(''), comments: this.comments, continued: this.continued };
  }

  private step(): void {
    const c = this.source[this.at]!;
    const next = this.source[this.at + 1];
    if (c === '\n') this.newLine();
    else if ((c === '!' || c === '%') && this.atLineStart()) this.magicLine();
    else if (c === '/' && next === '/') this.lineComment();
    else if (c === '/' && next === '*') this.blockComment();
    else if (c === '#' && this.matches(HASH_FORM) !== null) this.lineComment();
    else if (c === '"' || c === "'") this.quoted(c);
    else if (c === '`') this.template();
    else if (c === '}' && this.holes.at(-1) === 0) this.endOfHole();
    else if (c === '/' && this.operandNext) this.quoted('/');
    else this.code(c);
  }

  private code(c: string): void {
    const word = this.matches(WORD);
    if (word !== null) {
      this.out.push(word);
      this.at += word.length;
      this.operandNext = OPERAND_WORDS.has(word);
      return;
    }
    const hole = this.holes.length - 1;
    if (hole >= 0 && c === '{') this.holes[hole]!++;
    if (hole >= 0 && c === '}') this.holes[hole]!--;
    if (c !== ' ' && c !== '\t' && c !== '\r') this.operandNext = !')]'.includes(c);
    this.out.push(c);
    this.at++;
  }

  private newLine(): void {
    this.out.push('\n');
    this.at++;
    this.line++;
    if (this.holes.length > 0) this.continued.add(this.line);
  }

  /** `!command` and `%magic` at the start of a line are not TypeScript; their quotes mean nothing here. */
  private magicLine(): void {
    this.blank(this.lineEnd(), ' ');
    this.operandNext = true;
  }

  private lineComment(): void {
    this.comments.set(this.line, this.at);
    this.blank(this.lineEnd(), ' ');
  }

  private blockComment(): void {
    const close = this.source.indexOf('*/', this.at + 2);
    this.blank(close < 0 ? this.source.length : close + 2, ' ');
  }

  /** A string or a regular expression; ends with the line if it is not closed. */
  private quoted(quote: string): void {
    let to = this.at + 1;
    let inClass = false;
    for (; to < this.source.length; to++) {
      const c = this.source[to]!;
      if (c === '\\' && this.source[to + 1] !== undefined) to++;
      else if (c === '\n') break;
      else if (c === quote && !inClass) break;
      else if (quote === '/') inClass = c === '[' || (inClass && c !== ']');
    }
    this.out.push(quote);
    this.at++;
    this.blank(Math.min(to, this.source.length), 'x');
    if (this.source[this.at] === quote) {
      this.out.push(quote);
      this.at++;
    }
    this.operandNext = false;
  }

  private template(): void {
    this.out.push('`');
    this.at++;
    this.templateText();
  }

  private endOfHole(): void {
    this.holes.pop();
    this.out.push('}');
    this.at++;
    this.templateText();
  }

  /** Text of a template up to its end or to a `${`. */
  private templateText(): void {
    let to = this.at;
    for (; to < this.source.length; to++) {
      const c = this.source[to]!;
      if (c === '\\') to++;
      else if (c === '`' || (c === '$' && this.source[to + 1] === '{')) break;
    }
    this.blank(Math.min(to, this.source.length), 'x');
    if (this.at >= this.source.length) return;
    const closes = this.source[this.at] === '`';
    this.out.push(closes ? '`' : 'x{');
    this.at += closes ? 1 : 2;
    if (!closes) this.holes.push(0);
    this.operandNext = !closes;
  }

  /** Writes `mark` for everything up to `to`, line ends as they are. */
  private blank(to: number, mark: string): void {
    for (; this.at < to; this.at++) {
      const newLine = this.source[this.at] === '\n';
      this.out.push(newLine ? '\n' : mark);
      if (newLine) this.continued.add(++this.line);
    }
  }

  private lineEnd(): number {
    const end = this.source.indexOf('\n', this.at);
    return end < 0 ? this.source.length : end;
  }

  private atLineStart(): boolean {
    return (this.at === 0 || this.source[this.at - 1] === '\n') && this.holes.length === 0;
  }

  private matches(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.source)?.[0] ?? null;
  }
}

/** Masks a cell's source; takes any text, also broken code. Linear in its length. */
export function maskSource(source: string): MaskedSource {
  return new Masker(source).run();
}
