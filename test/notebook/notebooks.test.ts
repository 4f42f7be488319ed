import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintForTslab } from '../../lib/kernel/tslab-lint';
import * as library from '../../lib/notebook';
import { plannedSteps } from '../../lib/notebook/steps/run-config';
import { colabFiles, languages, notebookPath, notebooks, notebookText } from '../../scripts/notebooks/write';

const root = join(__dirname, '../..');
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

test.each(colabFiles())('$path is what the source gives (else: npm run notebooks)', ({ path, text }) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

test('an hour of recordings is given 80,000 to 120,000 steps, less data fewer, more no more', () => {
  expect(plannedSteps(60)).toBeGreaterThanOrEqual(80_000);
  expect(plannedSteps(60)).toBeLessThanOrEqual(120_000);
  expect(plannedSteps(30)).toBeLessThan(plannedSteps(60));
  expect(plannedSteps(600)).toBeLessThanOrEqual(120_000);
});
