import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { crossEntropy, pairDistance, reverseGradient } from '../../lib/encoder-training/loss';
import { loadEngine } from '../../lib/engine/backend';

beforeAll(async () => {
  await loadEngine();
});

describe('crossEntropy', () => {
  const labels = tf.tensor2d([[1, 0]], [1, 2], 'int32');

  it('is log C for logits that say nothing, whatever the smoothing', () => {
    for (const smoothing of [0, 0.05, 0.5]) {
      expect(crossEntropy(tf.zeros([1, 2, 5]), labels, smoothing).dataSync()[0]).toBeCloseTo(Math.log(5), 5);
    }
  });

  it('is that of the closed form', () => {
    const logits = tf.tensor3d([1, 2, 4, 0, 0, 3], [1, 2, 3]);
    const logOf = (row: number[], c: number) =>
      row[c]! - Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0));
    const rows = [
      [1, 2, 4],
      [0, 0, 3],
    ];
    const plain = -(logOf(rows[0]!, 1) + logOf(rows[1]!, 0)) / 2;
    expect(crossEntropy(logits, labels, 0).dataSync()[0]).toBeCloseTo(plain, 5);
    const even = -rows.flatMap((row) => [0, 1, 2].map((c) => logOf(row, c))).reduce((a, b) => a + b, 0) / 6;
    expect(crossEntropy(logits, labels, 0.2).dataSync()[0]).toBeCloseTo(0.8 * plain + 0.2 * even, 5);
  });
});

describe('pairDistance', () => {
  it('is 0 for two renderings that give the same', () => {
    const half = tf.randomNormal([2, 30, 4], 0, 1, 'float32', 3);
    expect(pairDistance(tf.concat([half, half]) as tf.Tensor3D).dataSync()[0]).toBe(0);
  });

  it('is 2 for two that have nothing to do with each other, at any scale', () => {
    const all = tf.randomNormal([2, 20_000, 3], 0, 1, 'float32', 4) as tf.Tensor3D;
    expect(pairDistance(all.mul(50).add(7)).dataSync()[0]).toBeCloseTo(2, 1);
  });
});

describe('reverseGradient', () => {
  it('lets values through and turns gradients round', () => {
    const x = tf.tensor1d([1, -2, 3]);
    expect([...reverseGradient(x, 0.3).dataSync()]).toEqual([1, -2, 3]);
    const gradient = tf.grad((v) => reverseGradient(v, 0.3).square().sum())(x);
    [2, -4, 6].forEach((g, i) => {
      expect(gradient.dataSync()[i]).toBeCloseTo(-0.3 * g, 6);
    });
  });
});
