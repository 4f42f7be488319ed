/** Every field of the known notebooks is in ours, in the files that people open, under its own name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bareToTypeScript } from '../../lib/forms/bare';
import { type Field, fieldsOf } from '../../lib/forms/form';
import { parseForm } from '../../lib/forms/parse';
import { installDiffSvc, useLanguage } from '../../lib/notebook';
import { type DocumentedCell, type FieldKind, inferenceCells, trainingCells } from './documented-fields';

const notebooks = join(__dirname, '../../notebooks');
/** What our notebooks ask beside the documented fields. */
const own: Readonly<Record<string, readonly string[]>> = {
  'Step 2: Decompress dataset': ['voice_of'],
  'Step 3: Edit training parameters': ['max_steps'],
};

/** Letters and digits: `Step 5-0 Tensorboard` and `Step 5-0: TensorBoard (...)` begin alike. */
const plain = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]/g, '');
const shortTitle = (title: string): string => plain(title.replace(/ \(.*/, ''));

interface OurCell {
  readonly title: string;
  readonly fields: readonly Field[];
}

function cellsOf(file: string): OurCell[] {
  const { cells } = JSON.parse(readFileSync(join(notebooks, file), 'utf8')) as {
    cells: { cell_type: string; source: string[] }[];
  };
  return cells
    .filter(({ cell_type }) => cell_type === 'code')
    .map(({ source }) => {
      const form = parseForm(bareToTypeScript(source.join('').replace(/^%%ts\n/, '')));
      expect(form.problems).toEqual([]);
      return { title: form.title ?? '', fields: fieldsOf(form) };
    });
}

function kindOf(field: Field): FieldKind {
  if (field.choices !== undefined) return 'dropdown';
  return field.type as FieldKind;
}

const files: readonly { readonly file: string; readonly documented: readonly DocumentedCell[] }[] = [
  { file: 'train.ipynb', documented: trainingCells },
  { file: 'inference.ipynb', documented: inferenceCells },
].flatMap(({ file, documented }) => [
  { file, documented },
  { file: `ko/${file}`, documented },
  { file: `colab/${file}`, documented },
  { file: `colab/ko/${file}`, documented },
  { file: `colab-python/${file}`, documented },
  { file: `colab-python/ko/${file}`, documented },
]);

describe.each(files)('notebooks/$file', ({ file, documented }) => {
  const cells = cellsOf(file);

  test('has the documented cells in their order', () => {
    const places = documented.map(({ title }) =>
      cells.findIndex((cell) => plain(cell.title).startsWith(shortTitle(title))),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test.each(documented)('$title: names, kinds, values and options', ({ title, fields }) => {
    const cell = cells.find((one) => plain(one.title).startsWith(shortTitle(title)))!;
    const extra = own[title] ?? [];
    expect(cell.fields.map(({ name }) => name).filter((name) => !extra.includes(name))).toEqual(
      fields.map(({ name }) => name),
    );
    for (const { name, kind, value, options, ours } of fields) {
      const field = cell.fields.find((one) => one.name === name)!;
      expect({ name, kind: kindOf(field) }).toEqual({ name, kind: ours?.kind ?? kind });
      expect(field.choices?.map(({ label }) => label)).toEqual(options);
      if (value !== null) expect({ name, value: field.value }).toEqual({ name, value: ours?.value ?? value });
    }
  });
});

afterEach(() => useLanguage('en'));

test.each([
  ['en' as const, /44\.1kHz, got 24kHz: .*80 mel bins .*vocoder/],
  ['ko' as const, /44\.1kHz여야 .*24kHz.*80개의 멜 구간.*보코더/],
])('24kHz is refused with the reason (%s)', async (language, reason) => {
  useLanguage(language);
  const refusal = await installDiffSvc({ fork: "UtaUtaUtau's Repo", sample_rate: '24kHz' }).catch((e) => e);
  expect(refusal).toMatchObject({ code: 'rate-24k', message: expect.stringMatching(reason) });
  expect(refusal.remedy).toContain('44.1kHz');
});
