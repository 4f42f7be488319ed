/** The small layers that HuBERT is made of. */
import * as tf from '@tensorflow/tfjs';
import type { Linear, Norm } from './weights';

const epsilon = 1e-5;

/** `x Φ(x)` with the exact error function; the tanh approximation differs visibly (spec section l). */
export function gelu<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)));
}

/** `(x - mean) / sqrt(variance + 1e-5) * gain + bias`, statistics over `axis`, biased variance. */
export function normalize<T extends tf.Tensor>(x: T, { gain, bias }: Norm, axis: number): T {
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, axis, true);
    const scale = tf.rsqrt(tf.add(variance, epsilon));
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), scale), gain), bias);
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
