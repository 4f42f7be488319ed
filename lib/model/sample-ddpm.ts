/** Ancestral sampling (Ho et al. 2020, algorithm 2; spec section h, DDPM). */
import * as tf from '@tensorflow/tfjs';
import { posteriorMean, x0FromNoise } from './noise-schedule';
import { evenMoves, runMoves, type Sampler, stepOf } from './sampler';

/** Visits every step, so `speedup` does not count. The clean mel is clamped to [-1, 1] at every step. */
export const sampleDdpm: Sampler = (predict, xT, schedule, options) =>
  runMoves(xT, evenMoves(options.kStep, 1), options, ({ x }, { t }) => {
    const steps = stepOf(x, t);
    const x0 = tf.clipByValue(x0FromNoise(schedule, x, predict(x, steps), steps), -1, 1);
    const mean = posteriorMean(schedule, x, x0, steps);
    if (t === 0) return { x: mean, history: [] };
    const deviation = Math.exp(0.5 * schedule.posteriorLogVarianceClipped[t]!);
    return { x: mean.add<tf.Tensor3D>(options.noise(x.shape, t).mul(deviation)), history: [] };
  });
