/** The denoiser as samplers want it. */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/schema';
import { denoise } from './denoiser';
import { type NoiseSchedule, noiseFromX0 } from './noise-schedule';
import type { PredictNoise } from './sampler';
import type { Weights } from './weights';

/**
 * Predicts noise with the network. A network that predicts the clean mel (`output: 'x0'`) is clamped to [-1, 1], and the
 * noise follows from it.
 * @param projected condition of the piece, from `projectCondition`; stays the caller's
 * @param exists as in `residualBlock`
 */
export function noisePredictor(
  weights: Weights,
  config: ModelConfig,
  schedule: NoiseSchedule,
  projected: readonly tf.Tensor3D[],
  exists?: tf.Tensor3D,
): PredictNoise {
  if (config.output === 'noise') return (x, t) => denoise(weights, config, x, t, projected, exists);
  return (x, t) =>
    tf.tidy(() =>
      noiseFromX0(schedule, x, tf.clipByValue(denoise(weights, config, x, t, projected, exists), -1, 1), t),
    );
}
