/** One update of the model: draws, loss, gradient, clipping, AdamW (spec section g, one step). */
import * as tf from '@tensorflow/tfjs';
import type { Config } from '../config/schema';
import type { Batch } from '../data/batch';
import { dropoutOf } from '../model/dropout';
import type { NoiseSchedule } from '../model/noise-schedule';
import { type HostTensor, parameterSpecs } from '../model/parameters';
import { Philox, streams } from '../random/philox';
import { learningRate } from './learning-rate';
import { diffusionLoss, type LossInput } from './loss';
import { AdamW } from './optimizer';

/** A model in training. */
export interface Run {
  readonly config: Config;
  readonly schedule: NoiseSchedule;
  /** trained parameters by name, in the order of `parameterSpecs` */
  readonly weights: ReadonlyMap<string, tf.Variable>;
  readonly optimizer: AdamW;
}

/** What is random in an update. */
export interface StepDraws {
  /** number of the update, 0-based; dropout and learning rate follow from it */
  readonly update: number;
  /** diffusion steps [B] */
  readonly t: Int32Array;
  /** N(0, 1) [B, T, M] */
  readonly noise: Float32Array;
}

/** Results of an update, still on the device. Reading them waits for it; the caller disposes them. */
export interface StepMetrics {
  readonly loss: tf.Scalar;
  /** global norm before clipping */
  readonly gradNorm: tf.Scalar;
}

/**
 * Puts a model onto the device.
 * @param weights in our layout; what is not trained (buffers, dead weights) is left on the host
 * @throws Error if a trained parameter is missing
 */
export function createRun(
  config: Config,
  schedule: NoiseSchedule,
  weights: ReadonlyMap<string, HostTensor>,
): Run {
  const trained = parameterSpecs(config.model).filter((spec) => spec.trained);
  const variables = new Map(
    trained.map(({ name }) => {
      const host = weights.get(name);
      if (!host) throw new Error(`Expected weights to hold ${name}`);
      return [name, tf.tidy(() => tf.variable(tf.tensor(host.data, [...host.shape])))];
    }),
  );
  return { config, schedule, weights: variables, optimizer: new AdamW(variables, config.training) };
}

/** Frees a model in training. */
export function disposeRun(run: Run): void {
  run.optimizer.dispose();
  tf.dispose([...run.weights.values()]);
}

/** Draws of update number `update` for a batch; they depend on seed, number and shape only. */
export function drawStep(seed: number, update: number, batch: Batch, config: Config): StepDraws {
  const steps = new Philox(seed, streams.timesteps, update);
  const noise = new Philox(seed, streams.noise, update);
  return {
    update,
    t: Int32Array.from({ length: batch.size }, () => steps.integer(config.model.kStep)),
    noise: noise.normals(batch.size * batch.frames * config.model.melBins),
  };
}

/** One update in place. */
export function trainStep(run: Run, batch: Batch, draws: StepDraws): StepMetrics {
  const { config, optimizer } = run;
  const dropout = dropoutOf(
    config.model.noFs2 ? 0 : config.model.fs2.dropout,
    config.training.seed,
    draws.update,
  );
  return tf.tidy(() => {
    const input = lossInput(batch, draws, config);
    const { value: loss, grads } = gradients(run, () =>
      diffusionLoss(run.weights, config, run.schedule, input, dropout),
    );
    const gradNorm = optimizer.apply(
      grads,
      learningRate(draws.update, config.training, config.compat.training),
    );
    return { loss, gradNorm };
  });
}

/** Loss of a batch without an update or dropout; the caller disposes it. */
export function evaluateStep(run: Run, batch: Batch, draws: StepDraws): tf.Scalar {
  return tf.tidy(() =>
    diffusionLoss(run.weights, run.config, run.schedule, lossInput(batch, draws, run.config)),
  );
}

/** Value of `loss` and its gradients by parameter name. */
export function gradients(
  run: Run,
  loss: () => tf.Scalar,
): { value: tf.Scalar; grads: ReadonlyMap<string, tf.Tensor> } {
  const names = [...run.weights.keys()];
  const { value, grads } = tf.valueAndGrads(loss)([...run.weights.values()]);
  return { value: value as tf.Scalar, grads: new Map(names.map((name, i) => [name, grads[i]!])) };
}

/** A batch and its draws as tensors. */
export function lossInput(batch: Batch, draws: StepDraws, config: Config): LossInput {
  const { size: B, frames: T, units: U } = batch;
  const { melBins: M, hiddenSize: H } = config.model;
  return {
    mel: tf.tensor3d(batch.mel, [B, T, M]),
    units: tf.tensor3d(batch.unitData, [B, U, H]),
    mel2ph: tf.tensor2d(batch.mel2ph, [B, T], 'int32'),
    f0Log2: tf.tensor2d(batch.f0Log2, [B, T]),
    t: tf.tensor1d(draws.t, 'int32'),
    noise: tf.tensor3d(draws.noise, [B, T, M]),
  };
}
