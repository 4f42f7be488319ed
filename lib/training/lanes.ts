/**
 * A batch in parts that do not depend on each other. A graph then has operations that can run side by side, each on one
 * core, instead of one after the other, each on all cores with the cost of meeting at its end.
 */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/schema';
import { denoise, projectCondition } from '../model/denoiser';
import type { Weights } from '../model/weights';

/** What the denoiser gets of a batch, or of a part of it. */
export interface DenoiserInput {
  /** noisy mel [B, T, M] */
  readonly x: tf.Tensor3D;
  /** [B, T, H] */
  readonly cond: tf.Tensor3D;
  /** int32 [B] */
  readonly t: tf.Tensor1D;
  /** as in `residualBlock`, with an item axis of B [B, T, 1] */
  readonly exists?: tf.Tensor3D | undefined;
}

/** Items of each of at most `lanes` parts of a batch of `size`, as equal as can be; the longer parts come first. */
export function laneSizes(size: number, lanes: number): number[] {
  const count = Math.min(size, lanes);
  return Array.from({ length: count }, (_, i) => Math.ceil((size - i) / count));
}

/**
 * The network's output for a batch that is computed in up to `lanes` parts of its items.
 * @returns [B, T, M]
 */
export function denoiseInLanes(
  weights: Weights,
  config: ModelConfig,
  whole: DenoiserInput,
  lanes: number,
): tf.Tensor3D {
  const predict = ({ x, cond, t, exists }: DenoiserInput): tf.Tensor3D =>
    denoise(weights, config, x, t, projectCondition(weights, config, cond), exists);
  const sizes = laneSizes(whole.x.shape[0], lanes);
  if (sizes.length === 1) return predict(whole);
  const xs = tf.split<tf.Tensor3D>(whole.x, sizes);
  const conds = tf.split<tf.Tensor3D>(whole.cond, sizes);
  const ts = tf.split<tf.Tensor1D>(whole.t, sizes);
  const exists = whole.exists && tf.split<tf.Tensor3D>(whole.exists, sizes);
  const parts = xs.map((x, i) => predict({ x, cond: conds[i]!, t: ts[i]!, exists: exists?.[i] }));
  return tf.concat(parts, 0);
}
