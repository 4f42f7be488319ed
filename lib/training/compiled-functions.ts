/** The functions that a compiled trainer runs: an update and a validation loss, for one shape each. */
import * as tf from '@tensorflow/tfjs';
import type { Config } from '../config/schema';
import type { Batch } from '../data/batch';
import type { NoiseSchedule } from '../model/noise-schedule';
import type { InputSpec, NamedTensors, Precision, ProgramFunction, VariableTensors } from '../tensor/program';
import { type DrawKey, drawNoise, drawnDropout, drawTimesteps } from './compiled-draws';
import { padBatch, padRows, type StepShape } from './compiled-shapes';
import { factorsInput, traceUpdate } from './compiled-update';
import { diffusionLoss, type LossInput } from './loss';
import type { StepDraws } from './step';

/** What the functions are traced from. */
export interface StepModel {
  readonly config: Config;
  readonly schedule: NoiseSchedule;
  /** trained parameters, in order */
  readonly names: readonly string[];
  readonly precision: Precision;
  /** `graph`: noise and steps are drawn inside; `given`: they are inputs */
  readonly draws: 'graph' | 'given';
  /** parts of a batch that may be computed side by side */
  readonly lanes: number;
}

/**
 * Power of two that makes the gradient at the output about 1: the loss is a mean, and float16 has nothing below 6e-8. The
 * way back scales gradients by far less than the factor 65504 that is left.
 */
function lossScaleOf(precision: Precision, shape: StepShape, melBins: number): number {
  return precision === 'f16' ? 2 ** Math.floor(Math.log2(shape.size * shape.frames * melBins)) : 1;
}

/** One update. Outputs: loss and gradNorm. */
export function updateFunction(model: StepModel, shape: StepShape): ProgramFunction {
  const { config, names, precision } = model;
  const lossScale = lossScaleOf(precision, shape, config.model.melBins);
  const rate = config.model.noFs2 ? 0 : config.model.fs2.dropout;
  return {
    inputs: { ...batchInputs(model, shape), factors: factorsInput },
    fn: (inputs, variables) => {
      const key = keyOf(model, 'update', inputs);
      const lossOf = (weights: VariableTensors): tf.Scalar =>
        lossOn(model, shape, weights, inputs, key, drawnDropout(rate, key));
      const traced = traceUpdate(config.training, variables, names, inputs.factors!, lossOf, {
        precision,
        lossScale,
      });
      return { outputs: { loss: traced.loss, gradNorm: traced.gradNorm }, adam: traced.adam };
    },
  };
}

/** Loss without an update or dropout. Output: loss. */
export function validationFunction(model: StepModel, shape: StepShape): ProgramFunction {
  return {
    inputs: batchInputs(model, shape),
    fn: (inputs, weights) => ({
      outputs: { loss: lossOn(model, shape, weights, inputs, keyOf(model, 'validation', inputs)) },
    }),
  };
}

function keyOf(model: StepModel, use: DrawKey['use'], inputs: NamedTensors): DrawKey {
  return { seed: model.config.training.seed, use, index: inputs.numbers!.slice([0], [1]).reshape([]) };
}

function batchInputs({ config, draws }: StepModel, shape: StepShape): Record<string, InputSpec> {
  const { size: B, frames: T, units: U } = shape;
  const { melBins: M, hiddenSize: H } = config.model;
  const given: Record<string, InputSpec> = {
    t: { shape: [B], dtype: 'int32' },
    noise: { shape: [B, T, M], dtype: 'float32' },
  };
  return {
    mel: { shape: [B, T, M], dtype: 'float32' },
    units: { shape: [B, U, H], dtype: 'float32' },
    mel2ph: { shape: [B, T], dtype: 'int32' },
    f0Log2: { shape: [B, T], dtype: 'float32' },
    numbers: { shape: [3], dtype: 'int32' },
    ...(draws === 'given' ? given : {}),
  };
}

function lossOn(
  model: StepModel,
  shape: StepShape,
  weights: VariableTensors,
  inputs: NamedTensors,
  key: DrawKey,
  dropout?: Parameters<typeof diffusionLoss>[4],
): tf.Scalar {
  const { config, schedule, draws } = model;
  const drawn =
    draws === 'given'
      ? {}
      : {
          t: drawTimesteps(key, shape.size, config.model.kStep),
          noise: drawNoise(key, [shape.size, shape.frames, config.model.melBins]),
        };
  const needsMask = shape.padded || config.compat.loss;
  const exists = needsMask ? { exists: existsOf(inputs.numbers!, shape) } : {};
  return diffusionLoss(
    weights,
    config,
    schedule,
    { ...inputs, ...drawn, ...exists } as unknown as LossInput,
    dropout,
    model.lanes,
  );
}

/** 1 where the batch has an item and a frame. @returns [B, T, 1] */
function existsOf(numbers: tf.Tensor, { size, frames }: StepShape): tf.Tensor3D {
  const below = (length: number, at: number): tf.Tensor =>
    tf
      .range(0, length, 1, 'int32')
      .less(numbers.slice([at], [1]))
      .cast('float32');
  return below(size, 1)
    .reshape([size, 1, 1])
    .mul(below(frames, 2).reshape([1, frames, 1]));
}

/**
 * Values of `batchInputs`; the caller disposes them.
 * @param index number of the update or of the validation batch
 */
export function stepTensors(
  model: StepModel,
  shape: StepShape,
  batch: Batch,
  index: number,
  draws: StepDraws | null,
): Record<string, tf.Tensor> {
  const { melBins: M, hiddenSize: H } = model.config.model;
  const { size: B, frames: T, units: U } = shape;
  const padded = padBatch(batch, shape);
  return {
    mel: tf.tensor3d(padded.mel, [B, T, M]),
    units: tf.tensor3d(padded.unitData, [B, U, H]),
    mel2ph: tf.tensor2d(padded.mel2ph, [B, T], 'int32'),
    f0Log2: tf.tensor2d(padded.f0Log2, [B, T]),
    numbers: tf.tensor1d([index, batch.size, batch.frames], 'int32'),
    ...(draws === null
      ? {}
      : {
          t: tf.tensor1d(padRows(draws.t, 1, batch.size, 1, B), 'int32'),
          noise: tf.tensor3d(padRows(draws.noise, batch.size, batch.frames, B, T), [B, T, M]),
        }),
  };
}
