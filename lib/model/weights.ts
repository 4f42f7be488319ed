/** The parameters as tensors, and the two layers that everything is made of. */
import * as tf from '@tensorflow/tfjs';

/**
 * Parameters by reference name (`denoise_fn.…`, `fs2.…`) in our layout: linear [in, out], convolution [kernel, in, out]
 * (kernel 1 included), vectors and tables as in the file. Variables while training, plain tensors otherwise.
 */
export type Weights = ReadonlyMap<string, tf.Tensor>;

/** The tensor called `name`. @throws Error if the model has none, which is a defect of ours */
export function weightOf<T extends tf.Tensor>(weights: Weights, name: string): T {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`Expected weights to hold ${name}`);
  return tensor as T;
}

/**
 * A linear layer, or a convolution with kernel 1, on every row: `x W + b`.
 * @param x [rows, in]
 * @param name prefix of `.weight` and `.bias`
 * @returns [rows, out]
 */
export function dense(weights: Weights, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(x, matrix(weights, `${name}.weight`)).add(weightOf(weights, `${name}.bias`));
}

/** A weight [in, out], or [1, in, out], as a matrix [in, out]. */
export function matrix(weights: Weights, name: string): tf.Tensor2D {
  const weight = weightOf(weights, name);
  return weight.rank === 2 ? (weight as tf.Tensor2D) : (tf.squeeze(weight, [0]) as tf.Tensor2D);
}
