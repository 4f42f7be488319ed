/** Between log mel and the range [-1, 1] that the diffusion works in (spec section j). */
import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/schema';

/** Range per mel bin; one value stands for all bins. */
export type MelRange = Pick<ModelConfig, 'specMin' | 'specMax'>;

/**
 * `2 (mel - min) / (max - min) - 1`. A bin without a range (max <= min: the data never left the clamp) is -1 throughout
 * instead of a division by zero (spec k.3).
 * @param mel [..., M], log10 units
 */
export function normalizeMel<T extends tf.Tensor>(mel: T, range: MelRange): T {
  const scale = spans(range).map((span) => (span > 0 ? 2 / span : 0));
  return tf.tidy(() =>
    mel
      .sub(tf.tensor1d([...range.specMin]))
      .mul<T>(tf.tensor1d(scale))
      .sub(1),
  );
}

/** Inverse of `normalizeMel`; a bin without a range becomes its minimum. @param x [..., M] */
export function denormalizeMel<T extends tf.Tensor>(x: T, range: MelRange): T {
  const half = spans(range).map((span) => Math.max(0, span) / 2);
  return tf.tidy(() =>
    x
      .add(1)
      .mul<T>(tf.tensor1d(half))
      .add(tf.tensor1d([...range.specMin])),
  );
}

function spans({ specMin, specMax }: MelRange): number[] {
  const length = Math.max(specMin.length, specMax.length);
  return Array.from({ length }, (_, i) => (specMax[i] ?? specMax[0]!) - (specMin[i] ?? specMin[0]!));
}
