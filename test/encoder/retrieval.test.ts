import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FrameMatrix } from '../../lib/audio/audio';
import { createRetrieval, selectFrames } from '../../lib/encoder/retrieval';
import { nearest } from '../../lib/encoder/retrieval-nearest';
import { loadEngine } from '../../lib/engine/backend';
import { Philox, streams } from '../../lib/random/philox';

beforeAll(async () => void (await loadEngine()));

function randomMatrix(seed: number, frames: number, width: number): FrameMatrix {
  return { data: new Philox(seed, streams.noise).normals(frames * width), frames, width };
}

function row(matrix: FrameMatrix, t: number): Float32Array {
  return matrix.data.subarray(t * matrix.width, (t + 1) * matrix.width);
}

describe('nearest', () => {
  it('equals a sort of all distances', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, n, k) => {
          const queries = randomMatrix(seed, 7, 5);
          const keys = randomMatrix(seed + 5000, n, 5);
          const found = nearest(queries, keys, k);
          expect(found.k).toBe(Math.min(k, n));
          for (let q = 0; q < 7; q++) {
            const distances = Array.from({ length: n }, (_, j) =>
              row(keys, j).reduce((sum, v, c) => sum + (v - row(queries, q)[c]!) ** 2, 0),
            );
            const order = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]!).slice(0, k);
            expect([...found.indices.subarray(q * found.k, (q + 1) * found.k)]).toEqual(order);
            order.forEach((j, i) => {
              expect(found.squared[q * found.k + i]).toBeCloseTo(distances[j]!, 4);
            });
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('gives the same for queries that span several blocks', () => {
    const keys = randomMatrix(1, 30_000, 3);
    const queries = randomMatrix(2, 300, 3);
    const found = nearest(queries, keys, 2);
    for (const q of [0, 132, 133, 134, 299]) {
      const alone = nearest({ data: row(queries, q).slice(), frames: 1, width: 3 }, keys, 2);
      expect([...alone.indices]).toEqual([...found.indices.subarray(2 * q, 2 * q + 2)]);
    }
  });

  it('refuses an empty index', () => {
    expect(() => nearest(randomMatrix(1, 2, 3), randomMatrix(1, 0, 3), 1)).toThrow(/1 or more/);
  });
});

describe('createRetrieval', () => {
  const target = randomMatrix(3, 500, 14);

  it('returns own frames as they are', () => {
    const own = createRetrieval(target, { k: 1 }).retrieve(target);
    own.data.forEach((v, i) => {
      expect(v).toBeCloseTo(target.data[i]!, 5);
    });
  });

  it('gives, with k = 1, the frame of the greatest cosine and keeps the loudness', () => {
    const units = randomMatrix(4, 20, 14);
    const out = createRetrieval(target, { k: 1 }).retrieve(units);
    const cosine = (a: Float32Array, b: Float32Array): number => {
      const [x, y] = [a.subarray(0, 13), b.subarray(0, 13)];
      return x.reduce((s, v, i) => s + v * y[i]!, 0) / Math.hypot(...x) / Math.hypot(...y);
    };
    for (let t = 0; t < 20; t++) {
      const cosines = Array.from({ length: 500 }, (_, j) => cosine(row(units, t), row(target, j)));
      const best = row(target, cosines.indexOf(Math.max(...cosines)));
      for (let c = 0; c < 13; c++) expect(row(out, t)[c]).toBeCloseTo(best[c]!, 5);
      expect(row(out, t)[13]).toBe(row(units, t)[13]);
    }
  });

  it('stays within the range of the neighbours, and keeps nothing with kept = 0', () => {
    const ones = { data: new Float32Array(50).fill(2), frames: 10, width: 5 };
    const out = createRetrieval(ones, { k: 4, kept: 0 }).retrieve(randomMatrix(5, 3, 5));
    for (const v of out.data) expect(v).toBeCloseTo(2, 5);
  });

  it('takes silence (all 0), fewer frames than k, and no units', () => {
    const few = createRetrieval(randomMatrix(6, 3, 14), { k: 8 });
    expect(
      few.retrieve({ data: new Float32Array(28), frames: 2, width: 14 }).data.every(Number.isFinite),
    ).toBe(true);
    expect(few.retrieve({ data: new Float32Array(0), frames: 0, width: 14 }).frames).toBe(0);
    expect(() => few.retrieve(randomMatrix(1, 1, 13))).toThrow(/14, got 13/);
  });
});

describe('selectFrames', () => {
  const items = [randomMatrix(1, 40, 3), randomMatrix(2, 60, 3)];
  const all = { data: Float32Array.of(...items[0]!.data, ...items[1]!.data), frames: 100, width: 3 };

  it('takes everything, in order, if it fits', () => {
    expect(selectFrames(items, 1000, 1)).toEqual(all);
  });

  it('takes as many as asked, each once, in order, the same for the same seed', () => {
    const chosen = selectFrames(items, 30, 7);
    const places = Array.from({ length: chosen.frames }, (_, i) => all.data.indexOf(row(chosen, i)[0]!) / 3);
    expect(chosen.frames).toBe(30);
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    expect(selectFrames(items, 30, 7)).toEqual(chosen);
    expect(selectFrames(items, 30, 8)).not.toEqual(chosen);
  });
});
