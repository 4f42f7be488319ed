/** What training minimises (spec section g, one step). Pure functions of tensors. */
import * as tf from '@tensorflow/tfjs';
import type { Config } from '../config/schema';
import { condition, frameMask } from '../model/conditioner';
import { type Dropout, keepAll } from '../model/dropout';
import { addNoise, type NoiseSchedule, valuesAt } from '../model/noise-schedule';
import { normalizeMel } from '../model/normalize-mel';
import type { Weights } from '../model/weights';
import { denoiseInLanes } from './lanes';

/** A batch with its random draws, on the device. */
export interface LossInput {
  /** log10 mel [B, T, M] */
  readonly mel: tf.Tensor3D;
  /** [B, U, H] */
  readonly units: tf.Tensor3D;
  /** int32 [B, T]; 0 = padding */
  readonly mel2ph: tf.Tensor2D;
  /** log2 Hz [B, T] */
  readonly f0Log2: tf.Tensor2D;
  /** diffusion steps, int32 [B] */
  readonly t: tf.Tensor1D;
  /** N(0, 1) [B, T, M] */
  readonly noise: tf.Tensor3D;
  /** 1 for the batch's frames, 0 for what fills it up to a compiled shape [B, T, 1]; default: all are the batch's */
  readonly exists?: tf.Tensor3D;
}

/** Bound of the weight by signal-to-noise ratio (Hang et al. 2023, "Min-SNR weighting", gamma = 5). */
const snrLimit = 5;

/**
 * Loss of one batch: distance between what the network predicts and what it should, the noise or (`output: 'x0'`) the
 * clean mel, the latter weighted by min(SNR, 5) per item.
 * @param lanes equal parts that the batch is computed in
 * @returns scalar
 */
export function diffusionLoss(
  weights: Weights,
  config: Config,
  schedule: NoiseSchedule,
  input: LossInput,
  dropout: Dropout = keepAll,
  lanes = 1,
): tf.Scalar {
  const { model } = config;
  return tf.tidy(() => {
    const x0 = normalizeMel(input.mel, model);
    const cond = condition(weights, model, input, dropout);
    const x = addNoise(schedule, x0, input.noise, input.t);
    const whole = { x, cond, t: input.t, exists: input.exists };
    const predicted = denoiseInLanes(weights, model, whole, lanes);
    const target = model.output === 'noise' ? input.noise : x0;
    const distance = elementDistance(predicted, target, config.training.loss);
    const weighted =
      model.output === 'noise' ? distance : distance.mul<tf.Tensor3D>(snrWeight(schedule, input.t));
    // The reference counts padding, where the mel of 0 is the loudest sound there is (spec k.4).
    if (!config.compat.loss) return maskedMean(weighted, frameMask(input.mel2ph));
    return input.exists ? maskedMean(weighted, input.exists) : weighted.mean();
  });
}

/** Squared or absolute difference of every element. */
export function elementDistance(a: tf.Tensor3D, b: tf.Tensor3D, loss: 'l2' | 'l1'): tf.Tensor3D {
  const difference = a.sub<tf.Tensor3D>(b);
  return loss === 'l2' ? difference.square() : difference.abs();
}

/** Mean over real frames. @param values [B, T, M], @param mask 0 or 1 [B, T, 1] */
export function maskedMean(values: tf.Tensor3D, mask: tf.Tensor3D): tf.Scalar {
  const count = mask.sum().mul(values.shape[2]);
  return values.mul(mask).sum().div(count);
}

/** min(a / (1 - a), 5) at the steps of a batch. @param t int32 [B], @returns [B, 1, 1] */
export function snrWeight(schedule: NoiseSchedule, t: tf.Tensor1D): tf.Tensor3D {
  const weight = schedule.alphasCumprod.map((kept) => Math.min(kept / (1 - kept), snrLimit));
  return valuesAt(weight, t);
}
