// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test hold templates
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { bareToTypeScript } from '../../lib/forms/bare';
import { type Field, type FieldValue, fieldsOf } from '../../lib/forms/form';
import { readNumber, readString, writeString } from '../../lib/forms/literal';
import { maskSource } from '../../lib/forms/mask';
import { parseForm } from '../../lib/forms/parse';
import { valueFromText, writeField } from '../../lib/forms/write';

const fieldIn = (source: string, index = 0): Field => fieldsOf(parseForm(source))[index]!;
const set = (source: string, value: FieldValue): string => writeField(source, fieldIn(source), value);

/** What JavaScript makes of an expression. */
const evaluated = (literal: string): unknown => new Function(`return (${literal});`)();

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        '`',
        '\\',
        '${',
        '}',
        '//',
        '#@param',
        '\n',
        '\r',
        '시',
        '\u2028',
        ';',
        '\ud800',
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
);

describe('writeField', () => {
  it('changes the literal and nothing else', () => {
    const source = `const a  = 'x' ;   // #@param {type:"string"}  note\r\nrest("x")`;
    expect(set(source, `it's`)).toBe(`const a  = 'it\\'s' ;   // #@param {type:"string"}  note\r\nrest("x")`);
  });

  it.each<[string, FieldValue, string]>([
    ['use = True #@param {type:"boolean"}', false, 'use = False #@param {type:"boolean"}'],
    [
      'const use = true; // #@param {type:"boolean"}',
      false,
      'const use = false; // #@param {type:"boolean"}',
    ],
    ['const n = 1; // #@param {type:"integer"}', -7, 'const n = -7; // #@param {type:"integer"}'],
    ['const n = 1; // #@param {type:"number"}', 0.0008, 'const n = 0.0008; // #@param {type:"number"}'],
    [
      'const d = "2018-03-22"; // #@param {type:"date"}',
      '2026-11-23',
      'const d = "2026-11-23"; // #@param {type:"date"}',
    ],
    ['const c = "a"; // #@param ["a","b"]', 'b', 'const c = "b"; // #@param ["a","b"]'],
    ['c = 1 #@param [1, "\'s\'"] {type:"raw"}', "'s'", 'c = \'s\' #@param [1, "\'s\'"] {type:"raw"}'],
    ['const r = f(1); // #@param', 'g(`${2}`)', 'const r = g(`${2}`); // #@param'],
  ])('%s', (source, value, expected) => {
    expect(set(source, value)).toBe(expected);
  });

  it.each<[string, FieldValue, string]>([
    ['const n = 1; // #@param {type:"integer"}', 1.5, 'a whole number'],
    ['const n = 1; // #@param {type:"number"}', Number.NaN, 'a number'],
    ['const s = 1; // #@param {type:"slider", max:10}', 11, 'a number from 0 to 10'],
    ['const d = "2018-03-22"; // #@param {type:"date"}', '2018-02-30', 'a date'],
    ['const c = "a"; // #@param ["a","b"]', 'c', 'one of a, b'],
    ['const b = true; // #@param {type:"boolean"}', 'yes', 'true or false'],
    ['const r = 1; // #@param', '1; f()', 'one value on one line'],
    ['const r = 1; // #@param', '1 // x', 'one value on one line'],
    ['const r = 1; // #@param', '1\n', ''],
    ['const r = 1; // #@param', '"a', 'one value on one line'],
    ['const r = 1; // #@param', '`a', 'one value on one line'],
    ['const r = 1; // #@param', '/*', 'one value on one line'],
    ['const r = 1; // #@param', 'f(', 'one value on one line'],
    ['const r = 1; // #@param', '', 'one value on one line'],
  ])('refuses what is no value: %s <- %j', (source, value, rule) => {
    if (rule === '') expect(set(`\n${source}`, value)).toBe(`\n${source}`);
    else {
      const act = () => set(`\n${source}`, value);
      expect(act).toThrow(
        expect.objectContaining({ code: 'form-value', message: expect.stringContaining(rule) }),
      );
      expect(act).toThrow('line 2');
    }
  });

  it('refuses a field of an older source', () => {
    const field = fieldIn('const a = "old"; // #@param {type:"string"}');
    expect(() => writeField('const a = "hand"; // #@param {type:"string"}', field, 'x')).toThrow(
      expect.objectContaining({ code: 'form-changed' }),
    );
  });

  it('keeps every text, in every kind of quotes, and TypeScript reads it alike', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('"', "'", '`'), anyText, (value, quote, before) => {
        const head = `const before = ${writeString(before, quote)};\n`;
        const source = `${head}const a = ${quote}old${quote}; // #@param {type:"string"}\nconsole.log(a);`;
        const next = set(source, value);
        const field = fieldIn(next);
        expect(field.value).toBe(value);
        expect(evaluated(field.literal)).toBe(value);
        expect(next.startsWith(head)).toBe(true);
        expect(next.endsWith('; // #@param {type:"string"}\nconsole.log(a);')).toBe(true);
        expect(set(next, 'old')).toBe(source);
      }),
    );
  });

  it('keeps every number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const next = set('const a = 1; // #@param {type:"number"}', value);
        expect(fieldIn(next).value).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it('agrees with JavaScript on literals', () => {
    for (const literal of [
      '0x1F',
      '1_000',
      '.5',
      '5.',
      '-2e+3',
      '+7',
      '0b101',
      '0o17',
      '010.5x',
      '--1',
      '1e',
      '',
    ]) {
      const value = readNumber(literal);
      if (value !== null) expect(value, literal).toBe(evaluated(literal));
    }
    for (const literal of [
      '"a\\x41"',
      "'\\u00e9'",
      '"\\u{1F3B5}"',
      '`a\\`b`',
      '`"`',
      '"\\q"',
      '`\\${x}`',
      '"a\\\\"',
    ]) {
      expect(readString(literal), literal).toBe(evaluated(literal));
    }
    for (const literal of ['`${x}`', '"a"+"b"', '"a', "'a'b'", '`\\\\${x}`', 'a'])
      expect(readString(literal)).toBeNull();
  });
});

describe('any source', () => {
  const piece = fc.constantFrom(
    'const a = "x"; // #@param {type:"string"}\n',
    'b = True #@param {type:"boolean"}\n',
    '`',
    '${',
    '}',
    '{',
    '"',
    "'",
    '/*',
    '*/',
    '//',
    '/',
    '\\',
    '\n',
    '\r\n',
    '#@param',
    '[',
    '(',
    ';',
    ' = ',
    '!x\n',
    '%y\n',
    '한',
  );
  const source = fc.oneof(
    fc.array(piece, { maxLength: 25 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );

  it('is read without an error, and writing back what is there changes nothing', () => {
    fc.assert(
      fc.property(source, (text) => {
        expect(maskSource(text).text).toHaveLength(text.length);
        for (const field of fieldsOf(parseForm(text))) {
          expect(text.slice(field.start, field.end)).toBe(field.literal);
          expect(text.slice(0, field.start).split('\n')).toHaveLength(field.line);
          if (field.value !== null && field.type === 'string') {
            const there = fieldsOf(parseForm(writeField(text, field, 'y'))).find(
              (f) => f.start === field.start,
            );
            expect(there?.value).toBe('y');
          }
        }
        expect(bareToTypeScript(text).split('\n')).toHaveLength(text.split('\n').length);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes long cells in linear time', () => {
    const long = 'const a = "x"; // #@param {type:"string"}\n'.repeat(20_000);
    expect(fieldsOf(parseForm(long))).toHaveLength(20_000);
  });
});

describe('bareToTypeScript', () => {
  it('makes Python lines TypeScript and leaves others alone', () => {
    const source = [
      '#@title Step 3',
      'use_crepe = True #@param {type:"boolean"}',
      'const s = "#@param True"; // #@param {type:"string"}',
      '  none = [None, "None"] # @param {type:"raw"}',
      'const True = 1;',
    ].join('\n');
    expect(bareToTypeScript(source).split('\n')).toEqual([
      '//#@title Step 3',
      'let use_crepe = true //#@param {type:"boolean"}',
      'const s = "#@param True"; // #@param {type:"string"}',
      '  let none = [null, "None"] //# @param {type:"raw"}',
      'const True = 1;',
    ]);
    const { diagnostics } = ts.transpileModule(bareToTypeScript(source), { reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
  });

  it('still reads the same fields afterwards', () => {
    const typed = bareToTypeScript('n = 3 #@param {type:"integer"}\n');
    expect(fieldIn(typed)).toMatchObject({ name: 'n', value: 3, bare: false });
  });
});

describe('valueFromText', () => {
  it.each([
    ['const n = 1; // #@param {type:"integer"}', '200', 200],
    ['const b = true; // #@param {type:"boolean"}', 'False', false],
    ['const s = ""; // #@param {type:"string"}', '200', '200'],
    ['const c = 1; // #@param [1, 2] {type:"raw"}', '2', '2'],
  ])('%s', (source, text, expected) => {
    expect(valueFromText(fieldIn(source), text)).toBe(expected);
  });

  it('refuses a word for a number', () => {
    expect(() => valueFromText(fieldIn('const n = 1; // #@param {type:"integer"}'), 'many')).toThrow(
      'a number',
    );
  });
});
