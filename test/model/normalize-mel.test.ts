import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { loadEngine } from '../../lib/engine/backend';
import { denormalizeMel, normalizeMel } from '../../lib/model/normalize-mel';

beforeAll(() => loadEngine());
const values = (make: () => tf.Tensor): number[] => tf.tidy(() => [...make().dataSync()]);

it('maps the range of each bin onto [-1, 1] and back', () => {
  const range = { specMin: [-5, -4], specMax: [0, -2] };
  const mel = [-5, -4, 0, -2, -2.5, -3];
  const norm = values(() => normalizeMel(tf.tensor2d(mel, [3, 2]), range));
  expect(norm).toEqual([-1, -1, 1, 1, 0, 0]);
  expect(values(() => denormalizeMel(tf.tensor2d(norm, [3, 2]), range))).toEqual(mel);
});

it('takes one value for all bins', () => {
  const range = { specMin: [-5], specMax: [0] };
  expect(values(() => normalizeMel(tf.tensor2d([-5, -2.5, 0], [1, 3]), range))).toEqual([-1, 0, 1]);
});

it('does not divide by an empty range: such a bin is -1 inside and its minimum outside', () => {
  const range = { specMin: [-5, -5], specMax: [0, -5] };
  expect(values(() => normalizeMel(tf.tensor2d([0, -5, 0, 3], [2, 2]), range))).toEqual([1, -1, 1, -1]);
  expect(values(() => denormalizeMel(tf.tensor2d([1, 0.4], [1, 2]), range))).toEqual([0, -5]);
});
