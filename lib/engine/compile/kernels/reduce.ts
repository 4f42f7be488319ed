/** Sums, means, softmax. */
import * as tf from '@tensorflow/tfjs';
import { attr } from '../proto';
import { type Input, type KernelContext, kernel, typeOf } from './register';

const reductions: Readonly<Record<string, string>> = {
  Sum: 'Sum',
  Mean: 'Mean',
  Max: 'Max',
  Min: 'Min',
  Prod: 'Prod',
};

/** Registers all kernels of this file. */
export function registerReduce(): void {
  for (const [name, op] of Object.entries(reductions)) {
    kernel(name, ({ x }, { axis, reductionIndices, keepDims }, c) => {
      const axes = tf.util.parseAxisParam(axis ?? reductionIndices ?? null, x!.shape);
      const kept = x!.shape.map((d, i) => (axes.includes(i) ? 1 : d));
      const shape = keepDims ? kept : x!.shape.filter((_, i) => !axes.includes(i));
      const special = op === 'Sum' && !keepDims ? specialSum(c, x!, axes) : undefined;
      if (special !== undefined) return c.output(special, shape, x!.dtype);
      const ref = c.graph.node(op, [c.ref(x!), c.graph.ints(axes)], {
        ...typeOf(x!),
        Tidx: attr.type('int32'),
        keep_dims: attr.bool(Boolean(keepDims)),
      });
      return c.output(ref, shape, x!.dtype);
    });
  }

  kernel('Softmax', ({ logits }, _, c) =>
    c.output(c.graph.node('Softmax', [c.ref(logits!)], typeOf(logits!)), logits!.shape, logits!.dtype),
  );

  kernel('Cumsum', ({ x }, { axis, exclusive, reverse }, c) => {
    const ref = c.graph.node('Cumsum', [c.ref(x!), c.graph.constant([axis], [], 'int32')], {
      ...typeOf(x!),
      Tidx: attr.type('int32'),
      exclusive: attr.bool(exclusive),
      reverse: attr.bool(reverse),
    });
    return c.output(ref, x!.shape, x!.dtype);
  });
}

/** Sums that TensorFlow has faster kernels for: of squares over everything, and of all rows. */
function specialSum(c: KernelContext, x: Input, axes: readonly number[]): string | undefined {
  const rank = x.shape.length;
  if (x.dtype !== 'float32') return undefined;
  const squared = c.graph.squareOf(c.ref(x));
  if (squared !== undefined && axes.length === rank) {
    const half = c.graph.node('L2Loss', [squared], typeOf(x));
    return c.graph.node('Mul', [half, c.graph.constant([2], [], 'float32')], typeOf(x));
  }
  if (rank < 2 || axes.length !== rank - 1 || axes.includes(rank - 1)) return undefined;
  return c.graph.node('BiasAddGrad', [c.ref(x)], { ...typeOf(x), data_format: attr.string('NHWC') });
}
