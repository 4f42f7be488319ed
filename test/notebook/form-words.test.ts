/** Rows that the notebooks use speak of flags; a person who sees a form must not meet them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { expect, test } from 'vitest';
import { UserError } from '../../lib/config/errors';
import { formWords, inFormWords } from '../../lib/notebook/steps/form-words';

const lib = join(__dirname, '../../lib');
const rows = ['training', 'checkpoint', 'data', 'inference', 'storage', 'assets', 'assembly'];
/** of other programs, or said only to those who give the flag */
const elsewhere = new Set([
  '--import',
  '--precision',
  '--drive-whole-every',
  '--ignore-scripts',
  '--no-save',
  '--scope',
  '--offline',
]);

function sourceFiles(): string[] {
  return rows.flatMap((row) =>
    readdirSync(join(lib, row), { recursive: true })
      .map((name) => join(lib, row, String(name)))
      .filter((path) => path.endsWith('.ts')),
  );
}

/** Texts of string literals and templates; what is filled in counts as `1`. */
function texts(path: string): string[] {
  const found: string[] = [];
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    else if (ts.isTemplateExpression(node))
      found.push(
        [node.head, ...node.templateSpans.map(({ literal }) => literal)].map((n) => n.text).join('1'),
      );
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test('no flag is left in what the rows below say', () => {
  const said = sourceFiles().flatMap((path) => texts(path).map((text) => ({ path, text })));
  const left = said.flatMap(({ path, text }) => {
    // A command that is named whole, as one, is no field of a form.
    const words = formWords(/^--/.test(text) ? `(${text})` : text).replace(
      /`[^`]*`|\(command line only: [^)]*\)/g,
      '',
    );
    const flags = (words.match(/(?<![\w-])--[a-z][a-z-]+/g) ?? []).filter((flag) => !elsewhere.has(flag));
    return flags.map((flag) => `${path}: ${flag}`);
  });
  expect(left).toEqual([]);
});

test('fields take the place of flags', () => {
  expect(formWords('Resume with --resume latest, or choose another --save-dir.')).toBe(
    'Tick resume_training_from_ckpt (Step 3), or choose another save_dir (Step 3).',
  );
  expect(formWords('only each 2th whole (--drive-whole-every 2): 3 GB')).toBe(
    'only each 2th whole (command line only: --drive-whole-every 2): 3 GB',
  );
});

test('errors keep their code, and what is no error of a person stays itself', () => {
  const error = new UserError('not-writable', 'Expected --save-dir', 'Choose another --save-dir.');
  expect(inFormWords(error)).toMatchObject({
    code: 'not-writable',
    message: 'Expected save_dir (Step 3)',
    remedy: 'Choose another save_dir (Step 3).',
  });
  const defect = new TypeError('--save-dir');
  expect(inFormWords(defect)).toBe(defect);
});
