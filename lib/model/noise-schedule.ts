/**
 * The forward process: how much of the mel and how much noise there is at each step (Ho et al. 2020, "Denoising
 * Diffusion Probabilistic Models"; spec section f). Knows nothing of networks and samplers.
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../config/errors';
import type { ModelConfig } from '../config/schema';
import type { HostTensor } from './parameters';
import { scheduleBufferNames } from './schedule-buffers';

type Table = keyof typeof scheduleBufferNames;

/** Tables indexed by the step t, each [timesteps]. */
export type NoiseSchedule = { readonly timesteps: number } & Readonly<Record<Table, Float32Array>>;

const firstBeta = 1e-4;

/** The linear schedule: computed in float64, kept in float32 (spec section f, diffusion buffers). */
export function createSchedule(config: Pick<ModelConfig, 'timesteps' | 'maxBeta'>): NoiseSchedule {
  const { timesteps, maxBeta } = config;
  const gap = timesteps > 1 ? (maxBeta - firstBeta) / (timesteps - 1) : 0;
  const betas = Float64Array.from({ length: timesteps }, (_, i) => firstBeta + i * gap);
  const kept = new Float64Array(timesteps);
  betas.forEach((beta, i) => {
    kept[i] = (kept[i - 1] ?? 1) * (1 - beta);
  });
  const previous = Float64Array.from(kept, (_, i) => kept[i - 1] ?? 1);
  const variance = betas.map((beta, i) => (beta * (1 - previous[i]!)) / (1 - kept[i]!));
  return {
    timesteps,
    betas: Float32Array.from(betas),
    alphasCumprod: Float32Array.from(kept),
    alphasCumprodPrev: Float32Array.from(previous),
    sqrtAlphasCumprod: Float32Array.from(kept, Math.sqrt),
    sqrtOneMinusAlphasCumprod: Float32Array.from(kept, (a) => Math.sqrt(1 - a)),
    logOneMinusAlphasCumprod: Float32Array.from(kept, (a) => Math.log(1 - a)),
    sqrtRecipAlphasCumprod: Float32Array.from(kept, (a) => Math.sqrt(1 / a)),
    sqrtRecipm1AlphasCumprod: Float32Array.from(kept, (a) => Math.sqrt(1 / a - 1)),
    posteriorVariance: Float32Array.from(variance),
    posteriorLogVarianceClipped: Float32Array.from(variance, (v) => Math.log(Math.max(v, 1e-20))),
    posteriorMeanCoef1: Float32Array.from(
      betas,
      (beta, i) => (beta * Math.sqrt(previous[i]!)) / (1 - kept[i]!),
    ),
    posteriorMeanCoef2: Float32Array.from(
      betas,
      (beta, i) => ((1 - previous[i]!) * Math.sqrt(1 - beta)) / (1 - kept[i]!),
    ),
  };
}

/**
 * The schedule that a checkpoint was trained with. Its tables count, not the configuration (spec k.1).
 * @throws UserError `schedule-incomplete` if a table is missing or they differ in length
 */
export function scheduleFromBuffers(buffers: ReadonlyMap<string, HostTensor>): NoiseSchedule {
  const timesteps = buffers.get('betas')?.data.length ?? 0;
  const tables = Object.entries(scheduleBufferNames).map(([table, name]) => {
    const data = buffers.get(name)?.data;
    if (!data || data.length !== timesteps || timesteps === 0) {
      throw new UserError(
        'schedule-incomplete',
        `Expected ${timesteps} values of ${name} in the checkpoint, found ${data?.length ?? 'none'}`,
        'The file is damaged or no Diff-SVC checkpoint; take another one.',
      );
    }
    return [table, data] as const;
  });
  return { timesteps, ...(Object.fromEntries(tables) as Record<Table, Float32Array>) };
}

/** The tables as a checkpoint holds them, by reference name. */
export function scheduleBuffers(schedule: NoiseSchedule): Map<string, HostTensor> {
  return new Map(
    Object.entries(scheduleBufferNames).map(([table, name]) => [
      name,
      { shape: [schedule.timesteps], data: schedule[table as Table] },
    ]),
  );
}

/** Values of a table at the steps of a batch. @param t int32 [B] @returns [B, 1, 1] */
export function valuesAt(table: Float32Array, t: tf.Tensor1D): tf.Tensor3D {
  return tf.tidy(() => tf.gather(tf.tensor1d(table), t).reshape([t.size, 1, 1]));
}

/**
 * Noisy mel of step t, "q_sample" (Ho et al. 2020, equation 4): sqrt(a) x0 + sqrt(1 - a) noise.
 * @param x0 [B, T, M], @param noise [B, T, M], @param t int32 [B]
 */
export function addNoise(
  schedule: NoiseSchedule,
  x0: tf.Tensor3D,
  noise: tf.Tensor3D,
  t: tf.Tensor1D,
): tf.Tensor3D {
  return tf.tidy(() =>
    x0
      .mul<tf.Tensor3D>(valuesAt(schedule.sqrtAlphasCumprod, t))
      .add(noise.mul(valuesAt(schedule.sqrtOneMinusAlphasCumprod, t))),
  );
}

/** Clean mel that a noise prediction implies: sqrt(1/a) x - sqrt(1/a - 1) noise. Shapes as in `addNoise`. */
export function x0FromNoise(
  schedule: NoiseSchedule,
  x: tf.Tensor3D,
  noise: tf.Tensor3D,
  t: tf.Tensor1D,
): tf.Tensor3D {
  return tf.tidy(() =>
    x
      .mul<tf.Tensor3D>(valuesAt(schedule.sqrtRecipAlphasCumprod, t))
      .sub(noise.mul(valuesAt(schedule.sqrtRecipm1AlphasCumprod, t))),
  );
}

/** Noise that a clean mel implies: (x - sqrt(a) x0) / sqrt(1 - a). Shapes as in `addNoise`. */
export function noiseFromX0(
  schedule: NoiseSchedule,
  x: tf.Tensor3D,
  x0: tf.Tensor3D,
  t: tf.Tensor1D,
): tf.Tensor3D {
  return tf.tidy(() =>
    x
      .sub<tf.Tensor3D>(x0.mul(valuesAt(schedule.sqrtAlphasCumprod, t)))
      .div(valuesAt(schedule.sqrtOneMinusAlphasCumprod, t)),
  );
}

/** Mean of x at t - 1 given x at t and the clean mel (Ho et al. 2020, equation 7). Shapes as in `addNoise`. */
export function posteriorMean(
  schedule: NoiseSchedule,
  x: tf.Tensor3D,
  x0: tf.Tensor3D,
  t: tf.Tensor1D,
): tf.Tensor3D {
  return tf.tidy(() =>
    x0
      .mul<tf.Tensor3D>(valuesAt(schedule.posteriorMeanCoef1, t))
      .add(x.mul(valuesAt(schedule.posteriorMeanCoef2, t))),
  );
}
