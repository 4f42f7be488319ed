/** Dropout as an argument: the network does not know whether it trains, nor where its random numbers come from. */
import * as tf from '@tensorflow/tfjs';
import { Philox, streams } from '../random/philox';

/** Zeroes some elements and scales the others so that the mean stays. */
export type Dropout = (x: tf.Tensor3D) => tf.Tensor3D;

/** Evaluation: nothing is dropped. */
export const keepAll: Dropout = (x) => x;

/**
 * Dropout for one training step (Srivastava et al. 2014, in the inverted form). Masks are drawn on the host, about
 * 25 H numbers per unit: with the full-size encoder that takes longer than the encoder itself.
 * @param rate probability to drop, in [0, 1); 0 gives `keepAll`
 * @param step the masks depend on seed and step only
 */
export function dropoutOf(rate: number, seed: number, step: number): Dropout {
  if (rate === 0) return keepAll;
  const random = new Philox(seed, streams.dropout, step);
  const scale = 1 / (1 - rate);
  return (x) => {
    const mask = Float32Array.from({ length: x.size }, () => (random.uniform() < rate ? 0 : scale));
    return tf.tidy(() => x.mul(tf.tensor(mask, x.shape)));
  };
}
