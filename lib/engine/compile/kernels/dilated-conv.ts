/**
 * The denoiser's dilated convolution, natively. TensorFlow has gradients of dilated convolutions; on CPUs its gradient of
 * the filter is up to 2.6 times slower than joining three shifted inputs for one matrix product, so that one is composed.
 * The gradient of the input is composed where TensorFlow lacks it (CPUs without oneDNN, float16 on all CPUs).
 */
import { controlOf } from '../graph';
import { type Attribute, attr } from '../proto';
import { inPrecision } from './linalg';
import { graphType, type Input, type KernelContext, kernel, typeOf } from './register';

const taps = 3;

function dilatedAttributes(dilation: number): Record<string, Attribute> {
  return {
    strides: attr.ints([1, 1, 1, 1]),
    dilations: attr.ints([1, 1, dilation, 1]),
    padding: attr.string('SAME'),
    data_format: attr.string('NHWC'),
  };
}

/** `x` with `shape` as a tensor of its own. */
function reshaped(c: KernelContext, x: Input, shape: readonly number[]): Input {
  const ref = c.graph.reshape(c.ref(x), shape, graphType(x.dtype));
  return c.output(ref, shape, x.dtype);
}

/**
 * What the three taps see of every frame, side by side.
 * @param x [B, T, width]
 * @param after is there before this is computed; else TensorFlow would do it in the forward pass and keep it
 * @returns [B * T, 3 * width]
 */
function columns(c: KernelContext, x: Input, dilation: number, after?: Input): Input {
  const [B, T, width] = x.shape as [number, number, number];
  const pads = c.graph.constant([0, 0, dilation, dilation, 0, 0], [3, 2], 'int32');
  const wait = after ? [controlOf(c.ref(after))] : [];
  const padded = c.graph.node('Pad', [c.ref(x), pads, ...wait], {
    ...typeOf(x),
    Tpaddings: attr.type('int32'),
  });
  const shifted = Array.from({ length: taps }, (_, k) =>
    c.graph.node('Slice', [padded, c.graph.ints([0, k * dilation, 0]), c.graph.ints([B, T, width])], {
      ...typeOf(x),
      Index: attr.type('int32'),
    }),
  );
  const joined = c.graph.node('ConcatV2', [...shifted, c.graph.constant([2], [], 'int32')], {
    ...typeOf(x),
    Tidx: attr.type('int32'),
    N: attr.int(taps),
  });
  return reshaped(c, c.output(joined, [B, T, taps * width], 'float32'), [B * T, taps * width]);
}

/** The gradient of the input: a convolution with the taps in reverse, input and output exchanged. */
function composedBackpropInput(c: KernelContext, dy: Input, weight: Input, dilation: number): Input {
  const [B, T, out] = dy.shape as [number, number, number];
  const width = weight.shape[1]!;
  const reversed = c.graph.node('ReverseV2', [c.ref(weight), c.graph.ints([0])], {
    ...typeOf(weight),
    Tidx: attr.type('int32'),
  });
  const swapped = c.graph.node('Transpose', [reversed, c.graph.ints([0, 2, 1])], {
    ...typeOf(weight),
    Tperm: attr.type('int32'),
  });
  const matrix = reshaped(c, c.output(swapped, [taps, out, width], 'float32'), [taps * out, width]);
  const ref = inPrecision(c, 'MatMul', [columns(c, dy, dilation), matrix], {
    transpose_a: attr.bool(false),
    transpose_b: attr.bool(false),
  });
  return reshaped(c, c.output(ref, [B * T, width], 'float32'), [B, T, width]);
}

/** Registers all kernels of this file; names and shapes are those of `lib/model/dilated-conv.ts`. */
export function registerDilatedConv(): void {
  kernel('DilatedConv1D', ({ x, weight }, { dilation }, c) => {
    const [B, T, width] = x!.shape as [number, number, number];
    const out = weight!.shape[2]!;
    const image = reshaped(c, x!, [B, 1, T, width]);
    const filter = reshaped(c, weight!, [1, taps, width, out]);
    const ref = inPrecision(c, 'Conv2D', [image, filter], dilatedAttributes(dilation));
    return reshaped(c, c.output(ref, [B, 1, T, out], 'float32'), [B, T, out]);
  });

  kernel('DilatedConv1DBackpropInput', ({ dy, weight }, { dilation }, c) => {
    if (!c.trace.nativeDilation) return composedBackpropInput(c, dy!, weight!, dilation);
    const [B, T, out] = dy!.shape as [number, number, number];
    const width = weight!.shape[1]!;
    const filter = reshaped(c, weight!, [1, taps, width, out]);
    const inputs = [c.graph.ints([B, 1, T, width]), filter, reshaped(c, dy!, [B, 1, T, out])];
    const ref = inPrecision(c, 'Conv2DBackpropInput', inputs, dilatedAttributes(dilation));
    return reshaped(c, c.output(ref, [B, 1, T, width], 'float32'), [B, T, width]);
  });

  kernel('DilatedConv1DBackpropFilter', ({ x, dy }, { dilation }, c) => {
    const [B, T, width] = x!.shape as [number, number, number];
    const out = dy!.shape[2]!;
    const rows = reshaped(c, dy!, [B * T, out]);
    const ref = inPrecision(c, 'MatMul', [columns(c, x!, dilation, dy!), rows], {
      transpose_a: attr.bool(true),
      transpose_b: attr.bool(false),
    });
    return reshaped(c, c.output(ref, [taps * width, out], 'float32'), [taps, width, out]);
  });
}
