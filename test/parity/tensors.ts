/** Small conversions between fixtures and our layouts. Test code only. */
import type * as tf from '@tensorflow/tfjs';
import type { Fixture } from './fixtures';

/** A tensor on the host, PyTorch's layout. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors of `fixture` below `prefix`, by the rest of their name. */
export function tensorsUnder(fixture: Fixture, prefix: string): Map<string, HostTensor> {
  return new Map(
    fixture
      .names(prefix)
      .map((name) => [name.slice(prefix.length), { shape: fixture.shape(name), data: fixture.data(name) }]),
  );
}

/** Values of a channels-last [T, C] tensor in the fixtures' order, [C, T]. */
export function channelsFirst(x: tf.Tensor): Float32Array {
  const transposed = x.transpose();
  const data = transposed.dataSync() as Float32Array;
  transposed.dispose();
  return data;
}
