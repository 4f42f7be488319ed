/** The small layers that HuBERT is made of. */
import * as tf from '@tensorflow/tfjs';
import type { Linear, Norm } from './weights';

/** of all norms */
export const epsilon = 1e-5;

/** `x Φ(x)` with the exact error function; the tanh approximation differs visibly (spec section l). */
export function gelu<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)));
}

/**
 * Kernel that a backend may bring for `affineGelu`: inputs x [rows, in], weight [in, out], bias [out] -> [rows, out]; attribute
 * `exact`: in float32 whatever the precision.
 */
export const denseGeluKernel = 'DenseGelu';

/**
 * GELU of `x W + b` for [U, in]; one kernel where the backend has it.
 * @param how `exact`: in float32 whatever the precision of a compiled program
 */
export function affineGelu(x: tf.Tensor2D, linear: Linear, how?: 'exact'): tf.Tensor2D {
  if (!tf.getKernel(denseGeluKernel, tf.getBackend())) return gelu(affine(x, linear));
  const inputs = { x, weight: linear.weight, bias: linear.bias };
  return tf.engine().runKernel(denseGeluKernel, inputs, { exact: how === 'exact' }) as tf.Tensor2D;
}

/** `(x - mean) / sqrt(variance + 1e-5) * gain + bias`, statistics over `axis`, biased variance. */
export function normalize<T extends tf.Tensor>(x: T, { gain, bias }: Norm, axis: number): T {
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, axis, true);
    // Not rsqrt: TensorFlow's is accurate to three digits only where there is a single row.
    const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normal, gain), bias);
  });
}

/** LayerNorm over the features of [U, D]. */
export function layerNorm(x: tf.Tensor2D, norm: Norm): tf.Tensor2D {
  return normalize(x, norm, 1);
}

/** `x W + b` for [U, in]. */
export function affine(x: tf.Tensor2D, { weight, bias }: Linear): tf.Tensor2D {
  return tf.tidy(() => tf.add(tf.matMul(x, weight), bias));
}
