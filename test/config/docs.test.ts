/** docs/config.md names every key with its true default, and every difference of the presets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../lib/config/load';
import { preset } from '../../lib/config/presets';

const page = readFileSync(join(__dirname, '../../docs/config.md'), 'utf8');
const costs = ['clips', 'features', 'voice', 'split', 'training', 'nothing'];

/** Cells of the table rows of `text` whose first cell is a key. */
function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => /^\| `[a-z][A-Za-z0-9.]*\.[A-Za-z0-9.]+` /.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** `key -> value` of the first two cells, whose values are JSON between backticks. */
function values(table: readonly string[][]): [string, unknown][] {
  return table.map(([key, value]) => [key!.slice(1, -1), JSON.parse(value!.slice(1, -1))]);
}

/** Leaves of a configuration by dotted path. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

const [keys, presets] = page.split('## Presets') as [string, string];
const defaults = leaves(parseConfig({}, 'the defaults'));

test('every key is listed once, in order, with its default', () => {
  expect(values(rows(keys))).toEqual(defaults);
});

test('every key says what a change costs', () => {
  for (const [key, , , cost] of rows(keys)) {
    const words = cost!.split(/[,;] /).map((word) => word.split(' ')[0]!);
    expect(
      words.filter((word) => !costs.includes(word)),
      key,
    ).toEqual([]);
  }
});

test('the presets are what the page says', () => {
  const known = new Map(defaults);
  const differs = (name: string) =>
    leaves(preset(name)).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(known.get(key)));
  expect(differs('nsf-44k')).toEqual([]);
  expect(values(rows(presets))).toEqual(differs('demo'));
});
