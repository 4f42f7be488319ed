import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addWithFades } from '../../lib/inference/crossfade';

/** Ones over [start - margin, end + margin), cut to the song. */
function ones(start: number, end: number, margin: number, length: number) {
  const offset = Math.max(0, start - margin);
  return { start, end, offset, samples: new Float32Array(Math.min(length, end + margin) - offset).fill(1) };
}

test('slices that meet add up to one everywhere', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 40, max: 200 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 15 }),
      (lengths, margin) => {
        const total = lengths.reduce((a, b) => a + b);
        const song = new Float32Array(total);
        let start = 0;
        for (const length of lengths) {
          addWithFades(song, ones(start, start + length, margin, total), margin);
          start += length;
        }
        for (const value of song) expect(Math.abs(value - 1)).toBeLessThan(1e-5);
      },
    ),
  );
});

test('a slice beside silence fades to zero without a step', () => {
  const song = new Float32Array(100);
  addWithFades(song, ones(40, 60, 5, 100), 5);
  expect(song[34]).toBe(0);
  expect(song[50]).toBe(1);
  expect(song[65]).toBe(0);
  for (let i = 1; i < 100; i++) expect(Math.abs(song[i]! - song[i - 1]!)).toBeLessThanOrEqual(0.1 + 1e-6);
});

test('without a margin slices are cut hard', () => {
  const song = new Float32Array(10);
  addWithFades(song, ones(2, 5, 0, 10), 0);
  expect([...song]).toEqual([0, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
});
