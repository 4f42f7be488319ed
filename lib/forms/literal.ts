/** Values as they stand in TypeScript source, or on a bare line in Python: strings, numbers, truth values. */
import { SettingsReader } from './settings';

const NUMBER =
  /^[+-]?\s*(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)$/;
const STRING = /^(["'`])((?:\\[\s\S]|(?!\1)[^\\\n])*)\1$/;

/** The string that a quoted literal stands for; null if `literal` is none, or a template with something to compute. */
export function readString(literal: string): string | null {
  const match = STRING.exec(literal);
  if (match === null) return null;
  const [, quote, inside] = match as unknown as [string, string, string];
  if (quote === '`' && /(?:^|[^\\])(?:\\\\)*\$\{/.test(inside)) return null;
  // Read as a list of one, between quotes that the reader knows.
  const text =
    quote === '`' ? `"${inside.replace(/\\[\s\S]|"/g, (part) => (part === '"' ? '\\"' : part))}"` : literal;
  return new SettingsReader(`${text}]`).list()[0]!.text;
}

/** The number that a numeric literal stands for, or null. */
export function readNumber(literal: string): number | null {
  if (!NUMBER.test(literal)) return null;
  const negative = literal.startsWith('-');
  const value = Number(literal.replace(/^[+-]\s*/, '').replaceAll('_', ''));
  if (Number.isNaN(value)) return null;
  return negative && value !== 0 ? -value : value;
}

/** The truth value that `literal` stands for, in TypeScript or Python, or null. */
export function readBoolean(literal: string): boolean | null {
  if (literal === 'true' || literal === 'True') return true;
  return literal === 'false' || literal === 'False' ? false : null;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/**
 * `value` as a string literal on one line between `quote`s; letters of any script stay as they are, control characters
 * and halves of surrogate pairs are escaped.
 */
export function writeString(value: string, quote: '"' | "'" | '`'): string {
  const inside = value.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not stand in a line
    /[\u0000-\u001f\u007f\u2028\u2029\\"'`]|\$\{|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g,
    (part) => {
      if (part === '"' || part === "'" || part === '`') return part === quote ? `\\${part}` : part;
      if (part === '${') return quote === '`' ? '\\${' : part;
      if (part in NAMED) return NAMED[part]!;
      return part.length === 2 ? part : `\\u${part.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
  return quote + inside + quote;
}
