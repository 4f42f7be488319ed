/**
 * What the denoiser is told: content units dealt onto mel frames, plus an embedding of the pitch (spec section e). Pure
 * functions of tensors, like the denoiser.
 */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/schema';
import { coarsePitch } from './coarse-pitch';
import { type Dropout, keepAll } from './dropout';
import { encodeUnits } from './fs2-encoder';
import { type Weights, weightOf } from './weights';

/** Inputs of the conditioner. */
export interface ConditionInput {
  /** content units, padding 0 [B, U, H] */
  readonly units: tf.Tensor3D;
  /** 1-based unit of each frame, int32; 0 = padding [B, T] */
  readonly mel2ph: tf.Tensor2D;
  /** log2 Hz [B, T] */
  readonly f0Log2: tf.Tensor2D;
}

/** 1 for real frames, 0 for padding. @param mel2ph int32 [B, T], @returns float32 [B, T, 1] */
export function frameMask(mel2ph: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => mel2ph.greater(0).cast('float32').expandDims(2));
}

/** Hz from log2 Hz, 0 in padding. Shapes [B, T]. */
export function f0HzOf({ mel2ph, f0Log2 }: Omit<ConditionInput, 'units'>): tf.Tensor2D {
  return tf.tidy(() => tf.pow(2, f0Log2).mul(mel2ph.greater(0).cast('float32')));
}

/**
 * The condition: (units of the frame + pitch embedding), 0 in padding.
 * @param dropout acts inside the encoder only; default: none
 * @returns [B, T, H]
 */
export function condition(
  weights: Weights,
  config: ModelConfig,
  input: ConditionInput,
  dropout: Dropout = keepAll,
): tf.Tensor3D {
  return tf.tidy(() => {
    const encoded = config.noFs2 ? input.units : encodeUnits(weights, config, input.units, dropout);
    const pitch = embedPitch(weights, coarsePitch(f0HzOf(input), config));
    return unitsOnFrames(encoded, input.mel2ph).add<tf.Tensor3D>(pitch).mul(frameMask(input.mel2ph));
  });
}

/** Row `mel2ph` of the units, where row 0 is zeros. @param units [B, U, H], @param mel2ph [B, T], @returns [B, T, H] */
function unitsOnFrames(units: tf.Tensor3D, mel2ph: tf.Tensor2D): tf.Tensor3D {
  const [B, U, H] = units.shape;
  const T = mel2ph.shape[1];
  const rows = tf
    .pad(units, [
      [0, 0],
      [1, 0],
      [0, 0],
    ])
    .reshape<tf.Tensor2D>([B * (U + 1), H]);
  const first = tf.range(0, B * (U + 1), U + 1, 'int32').reshape([B, 1]);
  return tf.gather(rows, mel2ph.add<tf.Tensor2D>(first).flatten()).reshape([B, T, H]);
}

/** @param index int32 [B, T], @returns [B, T, H] */
function embedPitch(weights: Weights, index: tf.Tensor2D): tf.Tensor3D {
  return tf.gather(weightOf(weights, 'fs2.pitch_embed.weight'), index) as tf.Tensor3D;
}
