/**
 * Pseudo linear multi-step sampling (Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds",
 * equations 9 and 12): the reference's, and one without its defects (spec k.5).
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../config/errors';
import type { NoiseSchedule } from './noise-schedule';
import {
  clampNoise,
  evenMoves,
  type Move,
  type PredictNoise,
  runMoves,
  type Sampler,
  type SamplerState,
  stepOf,
  transfer,
} from './sampler';

/** Adams-Bashforth weights of the newest prediction and its predecessors, by number of predecessors. */
export const multistep: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/**
 * Starts at the level that the start really has, ends at the clean mel, and clamps the clean mel that each prediction
 * implies to [-1, 1]. `ceil(kStep / speedup) + 1` predictions.
 */
export const samplePlms: Sampler = (predict, xT, schedule, options) => {
  const clamped: PredictNoise = (x, t) => clampNoise(schedule, x, predict(x, t), t);
  return runMoves(xT, evenMoves(options.kStep, options.speedup), options, (state, move) => {
    const after = advance(clamped, schedule, state, move);
    return move.next < 0 ? { x: tf.clipByValue(after.x, -1, 1), history: [] } : after;
  });
};

/**
 * As the reference (spec section h, PLMS): visits the multiples of `speedup` below `kStep`, whatever the start's level;
 * the last prediction changes nothing; nothing is clamped.
 * @throws UserError `plms-start-too-late` unless `kStep > speedup`
 */
export const samplePlmsReference: Sampler = async (predict, xT, schedule, options) => {
  const { kStep, speedup } = options;
  if (kStep <= speedup) {
    throw new UserError(
      'plms-start-too-late',
      `Expected more steps than the speedup (${speedup}) for the reference's PLMS, got ${kStep}`,
      'Lower the speedup, or switch compat.plms off.',
    );
  }
  const moves = Array.from({ length: Math.ceil(kStep / speedup) }, (_, i): Move => {
    const t = speedup * (Math.ceil(kStep / speedup) - 1 - i);
    return { t, next: Math.max(t - speedup, 0) };
  });
  return runMoves(xT, moves, options, (state, move) => advance(predict, schedule, state, move));
};

function advance(
  predict: PredictNoise,
  schedule: NoiseSchedule,
  state: SamplerState,
  move: Move,
): SamplerState {
  const { x, history } = state;
  const noise = predict(x, stepOf(x, move.t));
  const start = history.length === 0 && move.next >= 0;
  const combined = start ? averageWithNext(predict, schedule, x, noise, move) : combine([noise, ...history]);
  return { x: transfer(schedule, x, combined, move), history: [noise, ...history].slice(0, 3) };
}

/** First step, no history: mean of the predictions at both ends, as in the improved Euler method. */
function averageWithNext(
  predict: PredictNoise,
  schedule: NoiseSchedule,
  x: tf.Tensor3D,
  noise: tf.Tensor3D,
  move: Move,
): tf.Tensor3D {
  const ahead = predict(transfer(schedule, x, noise, move), stepOf(x, move.next));
  return noise.add<tf.Tensor3D>(ahead).mul(0.5);
}

function combine(predictions: readonly tf.Tensor3D[]): tf.Tensor3D {
  const weights = multistep[predictions.length - 1]!;
  return tf.addN(predictions.map((prediction, i) => prediction.mul<tf.Tensor3D>(weights[i]!)));
}
