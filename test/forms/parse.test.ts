// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test hold templates
import { describe, expect, it } from 'vitest';
import { type Field, fieldsOf } from '../../lib/forms/form';
import { parseForm } from '../../lib/forms/parse';

const only = (source: string): Field => {
  const form = parseForm(source);
  expect(form.problems).toEqual([]);
  expect(form.items).toHaveLength(1);
  return fieldsOf(form)[0]!;
};

describe('the grammar of Colab forms', () => {
  // Lines of Colab's own forms notebook, as TypeScript and as they stand there.
  it.each([
    [
      `const text = 'value'; // #@param {type:"string"}`,
      { type: 'string', value: 'value', literal: `'value'` },
    ],
    [`text = 'value' #@param {type:"string"}`, { type: 'string', value: 'value', bare: true }],
    [
      `let dropdown = '1st option'; //@param ["1st option", "2nd option"]`,
      { type: 'string', value: '1st option' },
    ],
    [`const t = "v"; // #@param ["a", 'b'] {allow-input: true}`, { allowInput: true, value: 'v' }],
    [
      `const p = ""; // #@param {type:"string", placeholder:"your name"}`,
      { placeholder: 'your name', value: '' },
    ],
    [`const d = "2018-03-22"; // #@param {type:"date"}`, { type: 'date', value: '2018-03-22' }],
    [`const n = 10.5; // #@param {type:"number"}`, { type: 'number', value: 10.5 }],
    [`const n = -3; // #@param {type:"integer"}`, { type: 'integer', value: -3 }],
    [`const n = 1e-4; // #@param {type:"number"}`, { value: 1e-4 }],
    [
      `const s = 0; // #@param {type:"slider", min:-1, max:1, step:0.1}`,
      { type: 'slider', min: -1, max: 1, step: 0.1 },
    ],
    [`const s = 50; // #@param {type:"slider"}`, { min: 0, max: 100, step: 1 }],
    [`b = True #@param {type:"boolean"}`, { type: 'boolean', value: true, literal: 'True' }],
    [`const b = false; // #@param {"type": "boolean"}`, { type: 'boolean', value: false }],
    [`const r = None #@param {type:"raw"}`, { type: 'raw', value: 'None' }],
    [`const r = f(1, [2]); // #@param`, { type: 'raw', value: 'f(1, [2])' }],
    [`x = 1 #@param [1, "y", "'s'"] {type:"raw"}`, { type: 'raw', value: '1' }],
    [`export const y: string = "a" // @param {type:'string'}`, { name: 'y', value: 'a' }],
    [`  const y: () => void = "a" // @param {type:'string'}`, { name: 'y', literal: '"a"' }],
    [`const 가수 = "시키"; // #@param {type:"string"}`, { name: '가수', value: '시키' }],
    ['const t = `a // b`; // #@param {type:"string"}', { value: 'a // b', literal: '`a // b`' }],
    [`const u = "http://a//#@param"; // #@param {type:"string"}`, { value: 'http://a//#@param' }],
    [`const e = "a\\"b\\n\\u{1f3b5}"; // #@param {type:"string"}`, { value: 'a"b\n🎵' }],
    [`const e = other + 1; // #@param {type:"number"}`, { value: null, literal: 'other + 1' }],
    ['const e = `${a}`; // #@param {type:"string"}', { value: null }],
    [`const x = /["'\`]/; // #@param`, { literal: '/["\'`]/' }],
  ])('%s', (source, expected) => {
    expect(only(source)).toMatchObject(expected);
  });

  it('gives the range of the literal exactly', () => {
    const source = '// 노래\nconst a  =  "x" ;  // #@param {type:"string"}\n';
    const field = only(source);
    expect(source.slice(field.start, field.end)).toBe('"x"');
    expect(field.line).toBe(2);
  });

  it('reads raw choices as source text and others as strings', () => {
    expect(only(`x = 1 #@param [1, "y", "'s'", "False"] {type:"raw"}`).choices).toEqual(
      ['1', 'y', "'s'", 'False'].map((label) => ({ label, quoted: false })),
    );
    expect(only(`const x = "a"; // #@param ["a", 'b']`).choices).toEqual(
      ['a', 'b'].map((label) => ({ label, quoted: true })),
    );
  });

  it('reads the title, its settings and text in order', () => {
    const form = parseForm(
      [
        '// #@title Step 3: {parameters} { display-mode: "form", run: "auto", vertical-output: true, form-width: "50%" }',
        '// #@markdown ---',
        'const a = 1; // #@param {type:"integer"}',
        '#@markdown ## 제목',
        'const b = 2; // #@param {type:"integer"}',
      ].join('\r\n'),
    );
    expect(form).toMatchObject({
      title: 'Step 3: {parameters}',
      displayMode: 'form',
      autoRun: true,
      verticalOutput: true,
      formWidth: '50%',
      problems: [],
    });
    expect(parseForm('# @title Set {a, b}')).toMatchObject({ title: 'Set {a, b}', problems: [] });
    expect(parseForm('#@title T { run: "auto", shape: 1 }').problems).toEqual([
      { line: 1, message: expect.stringContaining('shape is not one of display-mode') },
    ]);
    expect(form.items.map((item) => (item.kind === 'field' ? item.name : item.text))).toEqual([
      '---',
      'a',
      '## 제목',
      'b',
    ]);
  });

  it('asks for files and folders by name, unless told otherwise', () => {
    const pickers = (name: string, more = '') =>
      only(`const ${name} = ""; // #@param {type:"string"${more}}`).picker;
    expect(
      ['dataset_location', 'pretrain_path', 'ckpt_directory', 'model_path'].map((n) => pickers(n)),
    ).toEqual(Array(4).fill('file'));
    expect(['save_dir', 'folder', 'output_folder'].map((n) => pickers(n))).toEqual(Array(3).fill('folder'));
    expect(pickers('singer_name')).toBeNull();
    expect(pickers('model_path', ', picker:"none"')).toBeNull();
    expect(pickers('where', ', picker:"folder"')).toBe('folder');
  });
});

describe('lines that are no fields', () => {
  it.each([
    ['inside a template', 'const t = `\nconst a = 1; // #@param\n`;'],
    ['inside a block comment', '/*\nconst a = 1; // #@param\n*/'],
    ['documentation', '/** @param x the thing */\n// @param y the other\nfunction f() {}'],
    ['inside a string', `const a = "const b = 1; // #@param";`],
    ['longer words', 'const a = 1; // #@params\nconst b = 1; // #@param-x'],
    ['a magic with an odd quote', `!echo it's\n%cd "x`],
  ])('%s', (_, source) => {
    expect(parseForm(source)).toMatchObject({ items: [], problems: [] });
  });

  it.each([
    ['const a = 1, b = 2; // #@param', 'expected one value on the line'],
    ['const a = 1; f(); // #@param', 'expected one value on the line'],
    ['f(1); // #@param', 'expected `name = value` before it'],
    ['a == 1 // #@param', 'expected `name = value` before it'],
    ['a += 1 // #@param', 'expected `name = value` before it'],
    ['const a = ; // #@param', 'expected a value before it'],
    ['const a = f(1; // #@param', 'expected the whole value on one line'],
    ['const a = "x"; // #@param {type:"strnig"}', 'type strnig is not one of string, raw, integer'],
    ['const a = "x"; // #@param ["a", "b"', 'expected a comma or ] in the list of choices'],
    ['const a = "x"; // #@param ["a, b]', 'a text that begins with " does not end'],
    ['const a = 1; // #@param {type:"slider", min:"x"}', 'min is not a number'],
    ['const a = 1; // #@param {type:"slider", maxx:1}', 'maxx is not one of type, allow-input'],
  ])('names the line and what is wrong: %s', (source, message) => {
    const { items, problems } = parseForm(`\n\n${source}`);
    expect(items).toEqual([]);
    expect(problems).toEqual([{ line: 3, message: expect.stringContaining(message) }]);
  });

  it('finds fields after odd lines', () => {
    const source =
      "!echo it's `x\nconst re = /`/.test(a) / 2;\nconst a = `${`x${'}'}`}`;\nconst n = 1; // #@param";
    expect(only(source)).toMatchObject({ name: 'n', line: 4 });
  });
});
