/** The lint against tslab 1.0.22 itself: what it finds goes wrong there, what it lets pass runs there. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintForTslab } from '../../lib/kernel/tslab-lint';

/** Last values of notebooks under tslab, one after the other in one session; null where it failed. */
function runInTslab(notebooks: readonly (readonly string[])[]): Promise<(string | null)[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'tslab-child.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  child.stdin.end(JSON.stringify(notebooks));
  return new Promise((resolve, reject) => {
    child.on('close', () => {
      const answer = /ANSWER (.*)/.exec(out);
      if (answer) resolve(JSON.parse(answer[1]!));
      else reject(new Error(out));
    });
  });
}

const wrong = [
  { rule: 'shorthand', cells: ['const a = 1;', 'const o = { a }; o.a'], right: '1' },
  {
    rule: 'stale-closure',
    cells: ['let lr = 1; const rate = () => lr;', 'lr = 5; 0', 'rate()'],
    right: '5',
  },
  { rule: 'await-bracket', cells: ['const b = await (Promise.resolve(2)); b'], right: '2' },
  { rule: 'for-await', cells: ['let n = 0; for await (const x of [1, 2]) n += x; n'], right: '3' },
  { rule: 'export', cells: ['export const e = 4; e'], right: '4' },
  { rule: 'magic', cells: ['!echo hi\n7'], right: '7' },
  { rule: 'param-semicolon', cells: ['const p = 8 // #@param {type:"integer"}\n;[1].length; p'], right: '8' },
] as const;

const fine: readonly { cells: readonly string[]; value: string }[] = [
  { cells: ['const a2 = 1;', 'const o2 = { a2: a2 }; o2.a2'], value: '1' },
  { cells: ['const c = await Promise.resolve(2);', 'c'], value: '2' },
  { cells: ['let lr2 = 1;', 'const rate2 = () => lr2 * 2;', 'lr2 = 3; 0', 'rate2()'], value: '6' },
  { cells: ['const p2 = 8; // #@param {type:"integer"}\n[1].length; p2'], value: '8' },
  {
    cells: [
      'async function f() { let n = 0; for await (const x of [1, 2]) n += x; return n }',
      'const sum = await f(); sum',
    ],
    value: '3',
  },
];

describe('the lint for tslab', () => {
  it.each(wrong)('finds $rule', ({ rule, cells }) => {
    expect(lintForTslab(cells).map((finding) => finding.rule)).toContain(rule);
  });

  it('lets cells inside the subset pass', () => {
    for (const { cells } of fine) expect(lintForTslab(cells)).toEqual([]);
  });

  it('names cell and line', () => {
    expect(lintForTslab(['const a = 1;', '\nconst o = { a };'])).toMatchObject([
      { cell: 1, line: 2, rule: 'shorthand' },
    ]);
  });

  it('is right about tslab', async () => {
    // A missing semicolon does harm only before certain lines; the rule asks for it everywhere.
    const judged = wrong.filter(({ rule }) => rule !== 'param-semicolon');
    const values = await runInTslab([...judged.map(({ cells }) => cells), ...fine.map(({ cells }) => cells)]);
    judged.forEach(({ rule, right }, i) => {
      expect([rule, values[i]]).not.toEqual([rule, right]);
    });
    expect(values.slice(judged.length)).toEqual(fine.map(({ value }) => value));
  });
});
