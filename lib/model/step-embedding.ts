/** The step t as a vector (spec section f.2; Vaswani et al. 2017, section 3.5, with another denominator). */
import * as tf from '@tensorflow/tfjs';

/**
 * Angular frequencies `exp(-j ln(10000) / (C/2 - 1))`, every operation rounded to float32: at t near 1000 one unit in the
 * last place changes the phase by 6e-5.
 * @returns [C/2]
 */
export function stepFrequencies(channels: number): Float32Array {
  const half = channels / 2;
  const slope = Math.fround(-Math.log(10000) / (half - 1));
  return Float32Array.from({ length: half }, (_, j) => Math.exp(Math.fround(j * slope)));
}

/** All sines, then all cosines, of t times the frequencies. @param t int32 [B] @returns [B, C] */
export function stepEmbedding(t: tf.Tensor1D, channels: number): tf.Tensor2D {
  return tf.tidy(() => {
    const phase = t
      .cast('float32')
      .expandDims<tf.Tensor2D>(1)
      .mul(tf.tensor1d(stepFrequencies(channels)));
    return tf.concat([phase.sin(), phase.cos()], 1) as tf.Tensor2D;
  });
}
