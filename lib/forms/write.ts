/** Changes the literal of a field and nothing else. */
import { UserError } from '../config/errors';
import { type Field, type FieldValue, fieldsOf } from './form';
import { readBoolean, readNumber, readString, writeString } from './literal';
import { parseForm } from './parse';

/**
 * The source with `value` as the literal of `field`; every other character stays.
 *
 * @param field of this very source (`parseForm`)
 * @throws UserError `form-value`: not of the field's type, not among its choices, or (raw) not one value on one line;
 *   `form-changed`: the literal is not the one that the field was read from
 */
export function writeField(source: string, field: Field, value: FieldValue): string {
  if (source.slice(field.start, field.end) !== field.literal) {
    throw new UserError(
      'form-changed',
      `Expected ${field.literal} as the value of ${field.name} in line ${field.line}, but the cell was edited`,
      'Read the form again; the cell is as it was.',
    );
  }
  const literal = literalOf(field, value);
  const next = source.slice(0, field.start) + literal + source.slice(field.end);
  // Read back: a raw text may end the line, open a string or hold a comment.
  const same = fieldsOf(parseForm(next)).find((other) => other.start === field.start);
  if (same?.literal !== literal) throw refused(field, value, 'one value on one line');
  return next;
}

/**
 * `value` as source text for `field`, in the quotes and the spelling of the present literal.
 * @throws UserError `form-value`
 */
export function literalOf(field: Field, value: FieldValue): string {
  const choice = field.choices?.find(({ label }) => label === String(value));
  if (choice !== undefined) return choice.quoted ? quote(field, choice.label) : choice.label;
  if (field.choices !== undefined && !field.allowInput) {
    throw refused(field, value, `one of ${field.choices.map(({ label }) => label).join(', ')}`);
  }
  switch (field.type) {
    case 'raw':
      return String(value).trim();
    case 'string':
      return quote(field, String(value));
    case 'boolean':
      return booleanLiteral(field, value);
    case 'date':
      if (!isDate(String(value))) throw refused(field, value, 'a date like 2018-03-22');
      return quote(field, String(value));
    default:
      return numberLiteral(field, value);
  }
}

/**
 * What a text from a command line or a text box means for `field`: `yes`-like words are not guessed, `true` and `True`
 * are truth values, digits are numbers in a number field.
 * @throws UserError `form-value`
 */
export function valueFromText(field: Field, text: string): FieldValue {
  if (field.choices?.some(({ label }) => label === text)) return text;
  if (field.type === 'boolean') return readBoolean(text.trim()) ?? fail(field, text, 'true or false');
  if (field.type === 'integer' || field.type === 'number' || field.type === 'slider') {
    return readNumber(text.trim()) ?? fail(field, text, 'a number');
  }
  return text;
}

function quote(field: Field, value: string): string {
  const mark = field.literal[0];
  const present = readString(field.literal) !== null && (mark === "'" || mark === '`') ? mark : '"';
  return writeString(value, present);
}

function booleanLiteral(field: Field, value: FieldValue): string {
  if (typeof value !== 'boolean') throw refused(field, value, 'true or false');
  const python = /^(?:True|False|None)$/.test(field.literal);
  const script = /^(?:true|false|null)$/.test(field.literal);
  if (python || (field.bare && !script)) return value ? 'True' : 'False';
  return String(value);
}

function numberLiteral(field: Field, value: FieldValue): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refused(field, value, 'a number');
  if (field.type === 'integer' && !Number.isSafeInteger(value)) throw refused(field, value, 'a whole number');
  if (field.type === 'slider' && (value < field.min || value > field.max)) {
    throw refused(field, value, `a number from ${field.min} to ${field.max}`);
  }
  return String(value === 0 ? 0 : value);
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function fail(field: Field, value: FieldValue, rule: string): never {
  throw refused(field, value, rule);
}

function refused(field: Field, value: FieldValue, rule: string): UserError {
  return new UserError(
    'form-value',
    `Expected ${rule} for ${field.name} (line ${field.line}), got ${JSON.stringify(value)}`,
    `Give ${field.name} another value; the cell is as it was.`,
  );
}
