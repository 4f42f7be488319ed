/** F0 as a row of the pitch embedding, on tensors (spec section c, coarse pitch, model path). */
import * as tf from '@tensorflow/tfjs';

const bins = 256;

/** Mel scale of Hz: 1127 ln(1 + f / 700). */
const melOf = (hz: number): number => 1127 * Math.log(1 + hz / 700);

/**
 * Row 1 … 255 of the embedding: the mel scale between the limits in 254 equal steps, rounded half up. 0 Hz and all up to
 * the lower limit give 1, all from the upper limit on 255.
 * @param f0Hz any shape; 0 = unvoiced, @param range limits in Hz, @returns int32, same shape
 */
export function coarsePitch<T extends tf.Tensor>(
  f0Hz: T,
  range: { readonly f0MinHz: number; readonly f0MaxHz: number },
): T {
  const low = melOf(range.f0MinHz);
  const high = melOf(range.f0MaxHz);
  return tf.tidy(() => {
    const mel = f0Hz.div(700).add(1).log().mul(1127);
    // Of a non-positive mel value the line below is at most 1 too, as the lower limit is positive.
    const line = mel
      .sub(low)
      .mul(bins - 2)
      .div(high - low)
      .add(1);
    return line
      .clipByValue(1, bins - 1)
      .add(0.5)
      .floor()
      .cast<T>('int32');
  });
}
