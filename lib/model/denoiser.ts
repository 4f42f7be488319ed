/**
 * The network that finds the noise in a noisy mel: a stack of gated residual blocks with dilated convolutions (spec
 * section f; Kong et al. 2021, "DiffWave"; Liu et al. 2022, "DiffSinger"). Pure functions of tensors: no values are read
 * on the host and nothing branches on them, so a graph compiler can trace them.
 */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/schema';
import { dilatedConv } from './dilated-conv';
import { stepEmbedding } from './step-embedding';
import { dense, matrix, type Weights, weightOf } from './weights';

/** What a residual block hands on. */
export interface BlockOutput {
  /** input of the next block [B, T, C] */
  readonly x: tf.Tensor3D;
  /** contribution to the output [B, T, C] */
  readonly skip: tf.Tensor3D;
}

const blockName = (layer: number): string => `denoise_fn.residual_layers.${layer}`;

/**
 * The condition as every block sees it. It does not depend on the step, so a sampler computes it once for all steps. The
 * biases of both convolutions that meet in the gate are added here: one addition per block instead of two.
 * @param cond [B, T, H], @returns one [B, T, 2C] per layer
 */
export function projectCondition(weights: Weights, config: ModelConfig, cond: tf.Tensor3D): tf.Tensor3D[] {
  return Array.from({ length: config.residualLayers }, (_, i) =>
    projectBlockCondition(weights, blockName(i), cond),
  );
}

/** `projectCondition` for the block whose parameters start with `name`. */
export function projectBlockCondition(weights: Weights, name: string, cond: tf.Tensor3D): tf.Tensor3D {
  const [B, T, H] = cond.shape;
  return tf.tidy(() => {
    const bias = weightOf(weights, `${name}.dilated_conv.bias`).add(
      weightOf(weights, `${name}.conditioner_projection.bias`),
    );
    const projected = tf.matMul(
      cond.reshape<tf.Tensor2D>([B * T, H]),
      matrix(weights, `${name}.conditioner_projection.weight`),
    );
    return projected.add(bias).reshape([B, T, projected.shape[1]!]);
  });
}

/** The step vector: embedding, linear, Mish, linear. @param t int32 [B], @returns [B, C] */
export function embedStep(weights: Weights, config: ModelConfig, t: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const hidden = dense(weights, 'denoise_fn.mlp.0', stepEmbedding(t, config.residualChannels));
    return dense(weights, 'denoise_fn.mlp.2', hidden.mul(hidden.softplus().tanh()));
  });
}

/**
 * One residual block.
 * @param name prefix of its parameters
 * @param x [B, T, C], @param step the step vector [B, C], @param projected from `projectBlockCondition` [B, T, 2C]
 * @param exists 1 for frames, 0 for what was added at the end to fill a compiled shape [B or 1, T, 1]: the convolution sees
 *   zeros there, as it does beyond the end; default: all frames exist
 */
export function residualBlock(
  weights: Weights,
  name: string,
  dilation: number,
  x: tf.Tensor3D,
  step: tf.Tensor2D,
  projected: tf.Tensor3D,
  exists?: tf.Tensor3D,
): BlockOutput {
  const [B, T, C] = x.shape;
  const shifted = x.add<tf.Tensor3D>(dense(weights, `${name}.diffusion_projection`, step).reshape([B, 1, C]));
  const heard = exists ? shifted.mul<tf.Tensor3D>(exists) : shifted;
  const gates = dilatedConv(heard, weightOf(weights, `${name}.dilated_conv.weight`), dilation).add(projected);
  const [gate, filter] = tf.split(gates, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
  const activated = gate.sigmoid().mul<tf.Tensor3D>(filter.tanh());
  const out = dense(weights, `${name}.output_projection`, activated.reshape([B * T, C]));
  const [residual, skip] = tf.split(out.reshape<tf.Tensor3D>([B, T, 2 * C]), 2, 2) as [
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  return { x: x.add<tf.Tensor3D>(residual).mul(Math.SQRT1_2), skip };
}

/**
 * The network's output for a noisy mel: the noise, or the clean mel where `config.output` is `x0`.
 * @param x noisy mel [B, T, M], @param t int32 [B], @param projected from `projectCondition`
 * @param exists as in `residualBlock`
 * @returns [B, T, M]
 */
export function denoise(
  weights: Weights,
  config: ModelConfig,
  x: tf.Tensor3D,
  t: tf.Tensor1D,
  projected: readonly tf.Tensor3D[],
  exists?: tf.Tensor3D,
): tf.Tensor3D {
  const [B, T, M] = x.shape;
  const C = config.residualChannels;
  return tf.tidy(() => {
    const step = embedStep(weights, config, t);
    const input = dense(weights, 'denoise_fn.input_projection', x.reshape([B * T, M])).relu();
    let h = input.reshape<tf.Tensor3D>([B, T, C]);
    let sum: tf.Tensor3D | undefined;
    for (let i = 0; i < config.residualLayers; i++) {
      const dilation = 2 ** (i % config.dilationCycleLength);
      const block = residualBlock(weights, blockName(i), dilation, h, step, projected[i]!, exists);
      h = block.x;
      sum = sum ? sum.add<tf.Tensor3D>(block.skip) : block.skip;
    }
    const skips = sum!
      .mul<tf.Tensor3D>(1 / Math.sqrt(config.residualLayers))
      .reshape<tf.Tensor2D>([B * T, C]);
    const hidden = dense(weights, 'denoise_fn.skip_projection', skips).relu<tf.Tensor2D>();
    return dense(weights, 'denoise_fn.output_projection', hidden).reshape([B, T, M]);
  });
}
