import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignPhones } from '../../../lib/encoder-training/evaluation/forced-alignment';

const silence = 0;
const classes = 4;

/** All ways to give `frames` frames to `phones` in order, where silence may be left out. */
function* readings(phones: readonly number[], frames: number): Generator<number[]> {
  const [first, ...rest] = phones;
  if (first === undefined) {
    if (frames === 0) yield [];
    return;
  }
  for (let length = first === silence ? 0 : 1; length <= frames; length++) {
    for (const tail of readings(rest, frames - length)) yield [...Array(length).fill(first), ...tail];
  }
}

function scoreOf(path: readonly number[], data: Float32Array): number {
  return path.reduce((sum, c, t) => sum + Math.log(Math.max(1e-4, data[t * classes + c]!)), 0) / path.length;
}

/** Sentences in which no two silences stand side by side, as flite's. */
const sentences = fc
  .array(fc.integer({ min: 0, max: classes - 1 }), { minLength: 1, maxLength: 5 })
  .map((phones) => phones.filter((c, i) => !(c === silence && phones[i - 1] === silence)));

describe('alignPhones', () => {
  it('finds the best of all readings', () => {
    fc.assert(
      fc.property(
        sentences,
        fc.integer({ min: 1, max: 6 }).chain((frames) =>
          fc.array(fc.float({ min: Math.fround(0.001), max: 1, noNaN: true }), {
            minLength: frames * classes,
            maxLength: frames * classes,
          }),
        ),
        (phones, values) => {
          const data = Float32Array.from(values);
          const frames = data.length / classes;
          const best = Math.max(
            -Infinity,
            ...[...readings(phones, frames)].map((path) => scoreOf(path, data)),
          );
          const found = alignPhones({ data, frames, width: classes }, phones, silence);
          if (best === -Infinity) expect(found).toEqual({ score: -Infinity, path: new Int32Array(0) });
          else {
            expect(found.score).toBeCloseTo(best, 6);
            expect(scoreOf([...found.path], data)).toBeCloseTo(best, 6);
          }
        },
      ),
    );
  });
});
