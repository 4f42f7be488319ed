/** What stands behind `@param` and `@title`: `["a", 'b', 1] {type:"raw", allow-input: true}`, neither JSON nor Python. */

/** A value as it was written, and what it means. Bare words mean themselves, except for the truth values. */
export interface Scalar {
  readonly value: string | number | boolean | null;
  /** source text; of a string its contents */
  readonly text: string;
  readonly quoted: boolean;
}

/** The text cannot be read; `message` says why. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const WORDS = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['null', null],
  ['None', null],
]);
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };
const BARE = /[^\s,:{}[\]"']+/y;
const SPACE = /\s*/y;
const UNICODE_ESCAPE = /u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})/y;

/** Reads a text from the left. */
export class SettingsReader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Whether `mark` comes next (after spaces); it is then read. */
  take(mark: string): boolean {
    this.skip(SPACE);
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  /** What is not read yet, without spaces around it. */
  rest(): string {
    return this.text.slice(this.at).trim();
  }

  /** `a, b]` up to and with the bracket; a comma may stand before it. */
  list(): Scalar[] {
    const items: Scalar[] = [];
    while (!this.take(']')) {
      items.push(this.scalar());
      if (this.take(']')) break;
      this.need(',', 'a comma or ] in the list of choices');
    }
    return items;
  }

  /** `key: value, "key": value}` up to and with the brace. */
  settings(): Map<string, Scalar> {
    const settings = new Map<string, Scalar>();
    while (!this.take('}')) {
      const key = this.scalar().text;
      this.need(':', `a colon after ${key}`);
      settings.set(key, this.scalar());
      if (this.take('}')) break;
      this.need(',', 'a comma or } in the settings');
    }
    return settings;
  }

  private scalar(): Scalar {
    this.skip(SPACE);
    const c = this.text[this.at];
    if (c === '"' || c === "'") return this.string(c);
    const word = this.skip(BARE);
    if (word === '')
      throw new SettingsError(`expected a value before ${JSON.stringify(this.rest().slice(0, 12))}`);
    if (WORDS.has(word)) return { value: WORDS.get(word)!, text: word, quoted: false };
    const number = Number(word);
    return { value: Number.isNaN(number) ? word : number, text: word, quoted: false };
  }

  private string(quote: string): Scalar {
    let value = '';
    for (this.at++; this.text[this.at] !== quote; ) {
      const c = this.text[this.at++];
      if (c === undefined) throw new SettingsError(`a text that begins with ${quote} does not end`);
      value += c === '\\' ? this.escape() : c;
    }
    this.at++;
    return { value, text: value, quoted: true };
  }

  private escape(): string {
    UNICODE_ESCAPE.lastIndex = this.at;
    const match = UNICODE_ESCAPE.exec(this.text);
    if (match === null) {
      const c = this.text[this.at++] ?? '';
      return ESCAPES[c] ?? c;
    }
    this.at += match[0].length;
    const code = Number.parseInt(match[1] ?? match[2] ?? match[3]!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }

  private need(mark: string, what: string): void {
    if (!this.take(mark)) throw new SettingsError(`expected ${what}`);
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text)?.[0] ?? '';
    this.at += match.length;
    return match;
  }
}
