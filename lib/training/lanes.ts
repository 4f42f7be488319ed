/**
 * A batch in equal parts that do not depend on each other. A graph then has operations that can run side by side, each on
 * one core, instead of one after the other, each on all cores with the cost of meeting at its end.
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

/** Parts that a batch of `size` items is computed in: the most, up to `lanes`, that divide it. */
export function lanesFor(size: number, lanes: number): number {
  for (let count = Math.min(size, lanes); count > 1; count--) if (size % count === 0) return count;
  return 1;
}

/**
 * The network's output for a batch that is computed in `lanes` equal parts of its items.
 * @throws Error if `lanes` does not divide the batch
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
  if (lanes === 1) return predict(whole);
  const xs = tf.split<tf.Tensor3D>(whole.x, lanes);
  const conds = tf.split<tf.Tensor3D>(whole.cond, lanes);
  const ts = tf.split<tf.Tensor1D>(whole.t, lanes);
  const exists = whole.exists && tf.split<tf.Tensor3D>(whole.exists, lanes);
  const parts = xs.map((x, i) => predict({ x, cond: conds[i]!, t: ts[i]!, exists: exists?.[i] }));
  return tf.concat(parts, 0);
}
