import { beforeAll, describe, expect, it } from 'vitest';
import { adaptTo } from '../../lib/encoder/warp';
import {
  type Affine,
  applyAffine,
  fitAffine,
  identityAffine,
  thenNormalise,
} from '../../lib/encoder/warp-affine';
import { loadEngine } from '../../lib/engine/backend';
import { Philox, streams } from '../../lib/random/philox';

const width = 3;
const known: Affine = {
  width,
  matrix: Float64Array.of(0.9, 0.1, 0, -0.2, 1.1, 0.3, 0, 0.1, 0.8, 0.5, -1, 0.2),
};
const rows = new Philox(1, streams.noise).normals(300);

function mapped(map: Affine, x: Float32Array): Float32Array {
  const out = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += width) applyAffine(map, x, at, out, at);
  return out;
}

describe('fitAffine', () => {
  it('finds the map that made the pairs', () => {
    const found = fitAffine(rows, mapped(known, rows), width, 1e-9);
    found.matrix.forEach((v, i) => {
      expect(v).toBeCloseTo(known.matrix[i]!, 5);
    });
  });

  it('gives the identity for equal pairs, and near it for a strong ridge', () => {
    fitAffine(rows, rows, width, 0.1).matrix.forEach((v, i) => {
      expect(v).toBeCloseTo(identityAffine(width).matrix[i]!, 9);
    });
    fitAffine(rows, mapped(known, rows), width, 1e6).matrix.forEach((v, i) => {
      expect(v).toBeCloseTo(identityAffine(width).matrix[i]!, 4);
    });
  });
});

describe('thenNormalise', () => {
  it('is the map, less the mean, over the deviation', () => {
    const [mean, deviation] = [Float64Array.of(1, 2, 3), Float64Array.of(2, 0.5, 4)];
    const direct = mapped(known, rows).map((v, i) => (v - mean[i % width]!) / deviation[i % width]!);
    mapped(thenNormalise(known, mean, deviation), rows).forEach((v, i) => {
      expect(v).toBeCloseTo(direct[i]!, 5);
    });
  });
});

describe('adaptTo', () => {
  beforeAll(async () => void (await loadEngine()));

  it('undoes a small affine change of the same frames', () => {
    const frames = 400;
    const target = new Philox(2, streams.noise).normals(frames * width);
    const moments = (x: Float32Array): Float64Array => {
      const mean = new Float64Array(width);
      x.forEach((v, i) => {
        mean[i % width]! += v / frames;
      });
      return mean;
    };
    const mix: Affine = { width, matrix: Float64Array.of(1, 0.15, 0, -0.15, 1, 0.1, 0, -0.1, 1, 0, 0, 0) };
    const source = mapped(mix, target);
    const error = (x: Float32Array): number =>
      Math.sqrt(x.reduce((sum, v, i) => sum + (v - target[i]!) ** 2, 0) / x.length);
    const shape = { frames, width };
    const { map } = adaptTo({ data: source, ...shape }, { data: target, ...shape }, width, 20);
    const mean = moments(target);
    expect(Math.max(...mean.map(Math.abs))).toBeLessThan(0.15);
    expect(error(mapped(map, source))).toBeLessThan(0.6 * error(source));
  });
});
