/** The checker's memory of cells. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Language } from '../../lib/kernel/language';

const folder = mkdtempSync(join(tmpdir(), 'language-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Checks and keeps a cell; returns the codes of findings. */
function cell(language: Language, source: string): number[] {
  const checked = language.check(source, folder);
  if (checked.findings.length === 0) language.commit(checked);
  return checked.findings.map(({ code }) => code);
}

it('drops cells that nothing refers to, and keeps those that a type comes from', () => {
  const language = new Language();
  cell(language, 'class Voice { name = "x" } const voice = new Voice();');
  for (let i = 0; i < 60; i++) {
    expect(
      cell(
        language,
        `const step${i % 5} = { i: ${i}, voice }; function f${i % 5}() { return step${i % 5}.voice.name }`,
      ),
    ).toEqual([]);
  }
  expect(language.fileCount).toBeLessThan(10);
  expect(cell(language, 'const name: string = f0() + voice.name;')).toEqual([]);
  expect(cell(language, 'const bad: number = step1.voice.name;')).toEqual([2322]);
});

it('writes simple types down instead of keeping their cells', () => {
  const language = new Language();
  cell(
    language,
    'let n = 1; const list = [1, 2]; const o = { a: "x", b: [true] }; const m = new Map<string, number>();',
  );
  expect(language.fileCount).toBe(1);
  expect(cell(language, 'n = 2; list.push(3); m.set(o.a, n);')).toEqual([]);
  expect(cell(language, 'n = "x"')).toEqual([2322]);
  expect(cell(language, 'o.c')).toEqual([2339]);
});
