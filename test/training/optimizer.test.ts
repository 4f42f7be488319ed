import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadEngine } from '../../lib/engine/backend';
import { Philox, streams } from '../../lib/random/philox';
import { AdamW, type AdamWConfig, globalNorm } from '../../lib/training/optimizer';

beforeAll(() => loadEngine());
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const config: AdamWConfig = { betas: [0.9, 0.98], eps: 1e-8, weightDecay: 0, clipGradNorm: 1 };
const rate = 8e-4;
const normals = (n: number, index: number): Float32Array => new Philox(1, streams.noise, index).normals(n);

/** A model of two tensors; `gradient` of update n. */
function model(): Map<string, tf.Variable> {
  return new Map<string, tf.Variable>([
    ['a', tf.variable(tf.tensor2d(normals(12, 0), [3, 4]))],
    ['b', tf.variable(tf.tensor1d(normals(5, 1)))],
  ]);
}
const gradient = (n: number, scale = 1): Map<string, tf.Tensor> =>
  new Map<string, tf.Tensor>([
    [
      'a',
      tf.tensor2d(
        normals(12, 100 + n).map((v) => v * scale),
        [3, 4],
      ),
    ],
    ['b', tf.tensor1d(normals(5, 200 + n).map((v) => v * scale))],
  ]);
const values = (tensors: Iterable<tf.Tensor>): number[] => [...tensors].flatMap((t) => [...t.dataSync()]);

/** The formulas of spec section g, in float64. */
function plainAdamW(updates: number, scale: number, weightDecay: number): number[] {
  const p = [...normals(12, 0), ...normals(5, 1)];
  const m = p.map(() => 0);
  const v = p.map(() => 0);
  for (let n = 1; n <= updates; n++) {
    const g = [...normals(12, 100 + n), ...normals(5, 200 + n)].map((x) => x * scale);
    const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
    const clip = Math.min(1, 1 / (norm + 1e-6));
    p.forEach((old, i) => {
      m[i] = 0.9 * m[i]! + 0.1 * g[i]! * clip;
      v[i] = 0.98 * v[i]! + 0.02 * (g[i]! * clip) ** 2;
      const step = (rate * (m[i]! / (1 - 0.9 ** n))) / (Math.sqrt(v[i]! / (1 - 0.98 ** n)) + 1e-8);
      p[i] = old * (1 - rate * weightDecay) - step;
    });
  }
  return p;
}

describe('AdamW', () => {
  it.each([
    ['clipped', 3, 0],
    ['not clipped', 0.01, 0],
    ['near eps', 1e-7, 0],
    ['with weight decay', 1, 0.1],
  ])('follows its formulas: %s', (_what, scale, weightDecay) => {
    const weights = model();
    const optimizer = new AdamW(weights, { ...config, weightDecay });
    for (let n = 1; n <= 20; n++) optimizer.apply(gradient(n, scale), rate);
    const expected = plainAdamW(20, scale, weightDecay);
    values(weights.values()).forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(3e-6);
    });
    expect(optimizer.step).toBe(20);
  });

  it('returns the norm before clipping', () => {
    const norm = new AdamW(model(), config).apply(gradient(1, 3), rate);
    expect(norm.dataSync()[0]).toBeCloseTo(Math.hypot(...values(gradient(1, 3).values())), 4);
    expect(globalNorm([tf.tensor1d([3]), tf.tensor2d([[0, -4]])]).dataSync()[0]).toBe(5);
  });

  it('leaves alone what has no gradient, and refuses what it does not train', () => {
    const weights = model();
    const before = values([weights.get('b')!]);
    const optimizer = new AdamW(weights, config);
    optimizer.apply(new Map([['a', gradient(1).get('a')!]]), rate);
    expect(values([weights.get('b')!])).toEqual(before);
    expect(() => optimizer.apply(new Map([['c', tf.scalar(1)]]), rate)).toThrow(/c/);
  });

  it('continues bit for bit from its state', () => {
    const straight = model();
    const one = new AdamW(straight, config);
    for (let n = 1; n <= 9; n++) one.apply(gradient(n), rate);
    const halted = model();
    const first = new AdamW(halted, config);
    for (let n = 1; n <= 4; n++) first.apply(gradient(n), rate);
    const state = first.state();
    first.dispose();
    const second = new AdamW(halted, config);
    second.load(state);
    for (let n = 5; n <= 9; n++) second.apply(gradient(n), rate);
    expect(values(halted.values())).toEqual(values(straight.values()));
    expect(second.state()).toEqual(one.state());
  });

  it('holds two moments per parameter and nothing more, whatever happens', () => {
    const weights = model();
    const before = tf.memory().numTensors;
    const optimizer = new AdamW(weights, config);
    for (let n = 1; n <= 3; n++) tf.tidy(() => void optimizer.apply(gradient(n), rate));
    optimizer.load(optimizer.state());
    expect(tf.memory().numTensors).toBe(before + 4);
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
