import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { decodeCp949 } from '../../lib/data/cp949';

it('has every syllable and Hanja where Python has it', () => {
  const script = [
    'import json',
    'print(json.dumps([[c, chr(c).encode("cp949").hex()] for c in [*range(0xac00, 0xd7a4), *range(0x4e00, 0x9fa6)]',
    '  if chr(c).encode("cp949", "ignore")]))',
  ].join('\n');
  const table: [number, string][] = JSON.parse(execFileSync('python3', ['-c', script], { encoding: 'utf8' }));
  expect(table.length).toBeGreaterThan(11172 + 4600);
  const wrong = table.filter(
    ([code, hex]) => decodeCp949(Buffer.from(hex, 'hex')) !== String.fromCharCode(code),
  );
  expect(wrong).toEqual([]);
});

it('refuses what is not CP949', () => {
  for (const hex of ['80', 'ff', 'b0', 'b020', 'c9a1', 'fea1', 'c6ffff', '8120']) {
    expect(decodeCp949(Buffer.from(hex, 'hex')), hex).toBeNull();
  }
});
