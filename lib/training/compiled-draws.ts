/**
 * Random draws inside a compiled step: a value depends on the seed, the kind of draw and the number of the update, so a
 * resume needs no generator state. The numbers are TensorFlow's, not those of `drawStep`.
 */
import * as tf from '@tensorflow/tfjs';
import { type Dropout, keepAll } from '../model/dropout';
import { Philox, type Stream, streams } from '../random/philox';

/** What draws are made of. */
export interface DrawKey {
  readonly seed: number;
  /** of training or of validation: the same numbers never serve both */
  readonly use: 'update' | 'validation';
  /** number of the update, or index of the validation batch, int32 [] */
  readonly index: tf.Tensor;
}

/** N(0, 1) of `shape`. */
export function drawNoise(key: DrawKey, shape: readonly number[]): tf.Tensor3D {
  return run('StatelessNormal', seedOf(key, streams.noise, 0), { shape }) as tf.Tensor3D;
}

/** One step in [0, kStep) per item, int32 [size]. */
export function drawTimesteps(key: DrawKey, size: number, kStep: number): tf.Tensor1D {
  return run('StatelessInteger', seedOf(key, streams.timesteps, 0), {
    shape: [size],
    low: 0,
    high: kStep,
  }) as tf.Tensor1D;
}

/** As `dropoutOf`, with masks drawn on the device. */
export function drawnDropout(rate: number, key: DrawKey): Dropout {
  if (rate === 0) return keepAll;
  let calls = 0;
  return (x) => {
    const uniform = run('StatelessUniform', seedOf(key, streams.dropout, calls++), { shape: x.shape });
    return x.mul(
      uniform
        .greaterEqual(rate)
        .cast('float32')
        .div(1 - rate),
    );
  };
}

/** int32 [2]: 32 bits that stand for seed, kind and place of the draw, and the index. */
function seedOf(key: DrawKey, stream: Stream, place: number): tf.Tensor1D {
  const kind = new Philox(key.seed, stream, 2 * place + (key.use === 'update' ? 0 : 1)).uint32() | 0;
  return tf.stack([tf.scalar(kind, 'int32'), key.index]) as tf.Tensor1D;
}

function run(kernel: string, seed: tf.Tensor1D, attributes: object): tf.Tensor {
  return tf.engine().runKernel(kernel, { seed }, attributes as tf.NamedAttrMap) as tf.Tensor;
}
