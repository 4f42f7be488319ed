import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundUpToGrid } from '../../lib/tensor/few-shapes';
import { padBatch, stepShapeOf } from '../../lib/training/compiled-shapes';
import { smallBatch, smallConfig } from '../support/small-model';

describe('roundUpToGrid', () => {
  it('has four values per octave', () => {
    const values = new Set(Array.from({ length: 64 }, (_, i) => roundUpToGrid(i + 1, 4)));
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64]);
  });

  it('adds less than a quarter, and keeps what is on the grid', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (n) => {
        const rounded = roundUpToGrid(n, 4);
        expect(rounded).toBeGreaterThanOrEqual(n);
        expect(rounded).toBeLessThan(n * 1.25 + 1);
        expect(roundUpToGrid(rounded, 4)).toBe(rounded);
      }),
    );
  });
});

describe('stepShapeOf', () => {
  it('keeps the sizes that the configuration names, and all units of an encoder', () => {
    const training = { cropFrames: 13, maxSentences: 9 };
    const batch = { size: 9, frames: 13, units: 11 };
    const plain = stepShapeOf(batch, smallConfig({ training }));
    expect(plain).toEqual({ size: 9, frames: 13, units: 12, padded: false });
    expect(stepShapeOf(batch, smallConfig({ training, model: { noFs2: false } })).units).toBe(11);
    const other = stepShapeOf({ ...batch, size: 9, frames: 17 }, smallConfig());
    expect(other).toEqual({ size: 10, frames: 20, units: 12, padded: true });
  });
});

describe('padBatch', () => {
  it('puts zeros behind items and frames', () => {
    const batch = smallBatch(smallConfig(), [5, 3]);
    const padded = padBatch(batch, { size: 3, frames: 7, units: batch.units });
    const row = batch.mel.length / (2 * 5);
    for (let b = 0; b < 3; b++) {
      for (let t = 0; t < 7; t++) {
        const expected =
          b < 2 && t < 5 ? batch.mel.slice((b * 5 + t) * row, (b * 5 + t + 1) * row) : new Float32Array(row);
        expect(padded.mel.slice((b * 7 + t) * row, (b * 7 + t + 1) * row)).toEqual(expected);
      }
    }
    expect([...padded.lengths]).toEqual([5, 3, 0]);
    expect(padBatch(batch, batch)).toBe(batch);
    expect(() => padBatch(batch, { ...batch, frames: 4 })).toThrow(RangeError);
  });
});
