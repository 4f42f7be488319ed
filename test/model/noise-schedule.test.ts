import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../../lib/engine/backend';
import {
  addNoise,
  createSchedule,
  noiseFromX0,
  posteriorMean,
  scheduleBuffers,
  scheduleFromBuffers,
  x0FromNoise,
} from '../../lib/model/noise-schedule';

beforeAll(() => loadEngine());
const schedule = createSchedule({ timesteps: 1000, maxBeta: 0.02 });
const single = (value: number): tf.Tensor3D => tf.tensor3d([value], [1, 1, 1]);
const read = (make: () => tf.Tensor): number => tf.tidy(() => make().dataSync()[0]!);

describe('createSchedule', () => {
  it('runs from 1e-4 to maxBeta and keeps almost nothing of the mel at the end', () => {
    expect(schedule.betas[0]).toBeCloseTo(1e-4, 10);
    expect(schedule.betas[999]).toBeCloseTo(0.02, 8);
    const logKept = Array.from({ length: 1000 }, (_, i) => Math.log1p(-(1e-4 + (i * 0.0199) / 999)));
    expect(schedule.alphasCumprod[999]).toBeCloseTo(Math.exp(logKept.reduce((a, b) => a + b)), 9);
  });

  it('works for a single step', () => {
    expect([...createSchedule({ timesteps: 1, maxBeta: 0.5 }).betas]).toEqual([Math.fround(1e-4)]);
  });

  it('keeps variance: a + (1 - a) = 1 at every step', () => {
    schedule.sqrtAlphasCumprod.forEach((a, t) => {
      expect(a ** 2 + schedule.sqrtOneMinusAlphasCumprod[t]! ** 2).toBeCloseTo(1, 6);
    });
  });
});

describe('scheduleFromBuffers', () => {
  it('takes the tables of the file, not the configured ones', () => {
    const buffers = scheduleBuffers(createSchedule({ timesteps: 10, maxBeta: 0.01 }));
    expect(scheduleFromBuffers(buffers).betas[9]).toBeCloseTo(0.01, 8);
    expect(scheduleFromBuffers(buffers).timesteps).toBe(10);
  });

  it('refuses a file that lacks a table, naming it', () => {
    const buffers = scheduleBuffers(schedule);
    buffers.delete('posterior_mean_coef2');
    expect(() => scheduleFromBuffers(buffers)).toThrow(/1000 values of posterior_mean_coef2.*none/);
    expect(() => scheduleFromBuffers(new Map())).toThrow(/betas/);
  });
});

describe('relations', () => {
  it('recovers the mel from the noise and the noise from the mel', () => {
    const value = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        value,
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.integer({ min: 0, max: 999 }),
        (x0, e, t) => {
          const at = (): tf.Tensor1D => tf.tensor1d([t], 'int32');
          const x = (): tf.Tensor3D => addNoise(schedule, single(x0), single(e), at());
          const gain = 1 / schedule.sqrtAlphasCumprod[t]!;
          expect(Math.abs(read(() => x0FromNoise(schedule, x(), single(e), at())) - x0)).toBeLessThan(
            1e-5 * gain,
          );
          const noise = read(() => noiseFromX0(schedule, x(), single(x0), at()));
          expect(Math.abs(noise - e)).toBeLessThan(1e-6 / schedule.sqrtOneMinusAlphasCumprod[t]!);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ends at the clean mel: the posterior of the first step is the mel itself', () => {
    expect(
      read(() => posteriorMean(schedule, single(0.3), single(-0.7), tf.tensor1d([0], 'int32'))),
    ).toBeCloseTo(-0.7, 5);
  });

  it('takes a step of its own for each item', () => {
    const out = tf.tidy(() => {
      const ones = tf.ones<tf.Rank.R3>([2, 3, 4]);
      return addNoise(schedule, ones, tf.zerosLike(ones), tf.tensor1d([0, 999], 'int32')).dataSync();
    });
    expect(out[0]).toBe(schedule.sqrtAlphasCumprod[0]);
    expect(out[12]).toBe(schedule.sqrtAlphasCumprod[999]);
  });
});
