import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintForTslab } from '../../lib/kernel/tslab-lint';
import * as library from '../../lib/notebook';
import { plannedSteps } from '../../lib/notebook/steps/run-config';
import { type Language, notebookPath, notebooks, notebookText } from '../../scripts/notebooks/write';

const root = join(__dirname, '../..');
const languages: readonly Language[] = ['en', 'ko'];
const all = notebooks.flatMap((notebook) =>
  languages.map((language) => ({ notebook, language, path: notebookPath(notebook, language) })),
);

function codeOf(text: string): string[] {
  const { cells } = JSON.parse(text) as { cells: { cell_type: string; source: string[] }[] };
  return cells.filter(({ cell_type }) => cell_type === 'code').map(({ source }) => source.join(''));
}

describe.each(all)('$path', ({ notebook, language, path }) => {
  const text = notebookText(notebook, language);

  test('is what the source gives (else: npm run notebooks)', () => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });

  test('has cells of at most ten lines besides the form', () => {
    for (const cell of codeOf(text)) {
      expect(cell.split('\n').filter((line) => !line.includes('#@')).length).toBeLessThanOrEqual(10);
    }
  });

  test('stays inside what stock tslab runs right', () => {
    expect(lintForTslab(codeOf(text))).toEqual([]);
  });

  test('calls functions that the cell library has', () => {
    for (const cell of notebook.cells) {
      if (cell.kind === 'code') expect(library).toHaveProperty(cell.call, expect.any(Function));
    }
  });
});

// names of the fields of the known training notebook, by cell
const trainingFields: Readonly<Record<string, readonly string[]>> = {
  'Step 1: Install Diff-SVC': ['fork', 'sample_rate'],
  'Step 2: Decompress dataset': ['singer_name', 'dataset_location'],
  'Step 2-A: Decompress training data': ['singer_name', 'preprocessed_data_location', 'config_location'],
  'Step 3: Edit training parameters': [
    'use_crepe',
    'checkpoint_interval',
    'use_pretrain_model',
    'pretrain_model_select',
    'pretrain_path',
    'use_save_dir',
    'save_dir',
    'resume_training_from_ckpt',
    'ckpt_directory',
    'endless_ds',
  ],
  'Step 6: Package model': ['store_on_drive'],
};

test.each(Object.entries(trainingFields))('%s has its fields under their own names', (title, names) => {
  const train = notebooks.find(({ name }) => name === 'train')!;
  const cell = train.cells.find((one) => one.kind === 'code' && one.title.en === title);
  const fields = cell?.kind === 'code' ? cell.fields.map(({ name }) => name) : [];
  expect(fields).toEqual(expect.arrayContaining([...names]));
});

test('an hour of recordings is given 80,000 to 120,000 steps, less data fewer, more no more', () => {
  expect(plannedSteps(60)).toBeGreaterThanOrEqual(80_000);
  expect(plannedSteps(60)).toBeLessThanOrEqual(120_000);
  expect(plannedSteps(30)).toBeLessThan(plannedSteps(60));
  expect(plannedSteps(600)).toBeLessThanOrEqual(120_000);
});
