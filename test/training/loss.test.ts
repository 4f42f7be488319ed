import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../lib/config/schema';
import { loadEngine } from '../../lib/engine/backend';
import { createSchedule } from '../../lib/model/noise-schedule';
import { normalizeMel } from '../../lib/model/normalize-mel';
import { diffusionLoss, elementDistance, maskedMean, snrWeight } from '../../lib/training/loss';
import { drawStep, lossInput } from '../../lib/training/step';
import { smallBatch, smallConfig, smallTensors } from '../support/small-model';

beforeAll(() => loadEngine());
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const schedule = createSchedule({ timesteps: 1000, maxBeta: 0.02 });
const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Loss of a fresh model whose output is exactly 0, so that the loss is a mean over the target. */
function lossOfSilence(
  config: Config,
  t: number[],
): { loss: number; batch: ReturnType<typeof smallBatch>; noise: Float32Array } {
  const batch = smallBatch(config, [9, 5]);
  const draws = { ...drawStep(1, 0, batch, config), t: Int32Array.from(t) };
  const weights = smallTensors(config);
  for (const end of ['weight', 'bias']) {
    const name = `denoise_fn.output_projection.${end}`;
    weights.set(name, tf.zerosLike(weights.get(name)!));
  }
  const loss = diffusionLoss(weights, config, schedule, lossInput(batch, draws, config));
  return { loss: loss.dataSync()[0]!, batch, noise: draws.noise };
}

describe('diffusionLoss', () => {
  const M = smallConfig().model.melBins;
  const real = (values: Float32Array): Float32Array =>
    Float32Array.from([...values.subarray(0, 9 * M), ...values.subarray(9 * M, 14 * M)]);

  it('counts real frames only', () => {
    const { loss, noise } = lossOfSilence(smallConfig(), [3, 700]);
    expect(loss).toBeCloseTo(mean(real(noise).map((e) => e * e)), 5);
  });

  it('counts padding too as the reference did', () => {
    const { loss, noise } = lossOfSilence(smallConfig({ compat: { loss: true } }), [3, 700]);
    expect(loss).toBeCloseTo(mean(noise.map((e) => e * e)), 5);
  });

  it('takes absolute values for l1', () => {
    const { loss, noise } = lossOfSilence(smallConfig({ training: { loss: 'l1' } }), [3, 700]);
    expect(loss).toBeCloseTo(mean(real(noise).map(Math.abs)), 5);
  });

  it('aims at the mel for x0, weighted by min(SNR, 5)', () => {
    const config = smallConfig({ model: { output: 'x0' } });
    const { loss, batch } = lossOfSilence(config, [0, 700]);
    const x0 = normalizeMel(tf.tensor1d(batch.mel), { specMin: [-5], specMax: [0] }).dataSync<'float32'>();
    const kept = Array.from({ length: 701 }, (_, i) => 1 - (1e-4 + (i * 0.0199) / 999)).reduce(
      (a, b) => a * b,
    );
    const weights = [5, kept / (1 - kept)];
    const sum = [...real(x0)].reduce((total, v, i) => total + weights[i < 9 * M ? 0 : 1]! * v * v, 0);
    expect(loss).toBeCloseTo(sum / (14 * M), 4);
  });
});

it('maskedMean is the mean where the mask is 1', () => {
  const mask = tf.tensor3d([1, 0, 1], [1, 3, 1]);
  expect(maskedMean(tf.tensor3d([1, 2, 9, 9, 3, 6], [1, 3, 2]), mask).dataSync()[0]).toBe(3);
});

it('elementDistance squares or takes the absolute value', () => {
  const [a, b] = [tf.tensor3d([1, -2], [1, 1, 2]), tf.tensor3d([4, 0], [1, 1, 2])];
  expect([...elementDistance(a, b, 'l2').dataSync()]).toEqual([9, 4]);
  expect([...elementDistance(a, b, 'l1').dataSync()]).toEqual([3, 2]);
});

it('snrWeight is bounded where there is little noise', () => {
  const weight = snrWeight(schedule, tf.tensor1d([0, 999], 'int32')).dataSync();
  expect(weight[0]).toBe(5);
  expect(weight[1]).toBeCloseTo(schedule.alphasCumprod[999]!, 8);
});
