/**
 * A linear layer with GELU, as the nodes that TensorFlow's optimiser joins to one operation where its library has that
 * (remapper, "MatMul + BiasAdd + exact Gelu"). Everything stays in the trace's precision, as it does in that operation.
 */
import type { ComputeType } from '../graph-backend';
import { attr } from '../proto';
import { computeType } from './linalg';
import { type Input, type KernelContext, kernel } from './register';

/** A scalar of `type`. */
function scalar(c: KernelContext, value: number, type: ComputeType): string {
  return c.graph.cast(c.graph.constant([value], [], 'float32'), 'float32', type);
}

function denseGelu(c: KernelContext, x: Input, weight: Input, bias: Input, type: ComputeType): string {
  const T = attr.type(type);
  const cast = (input: Input): string => c.graph.cast(c.ref(input), 'float32', type);
  const flags = { transpose_a: attr.bool(false), transpose_b: attr.bool(false) };
  const product = c.graph.node('MatMul', [cast(x), cast(weight)], { T, ...flags });
  const sum = c.graph.node('BiasAdd', [product, cast(bias)], { T, data_format: attr.string('NHWC') });
  // The order matters to the optimiser: sum * (0.5 * (erf(sum / sqrt(2)) + 1)).
  const erf = c.graph.node('Erf', [c.graph.node('Mul', [sum, scalar(c, Math.SQRT1_2, type)], { T })], { T });
  const share = c.graph.node(
    'Mul',
    [c.graph.node('AddV2', [erf, scalar(c, 1, type)], { T }), scalar(c, 0.5, type)],
    { T },
  );
  return c.graph.node('Mul', [sum, share], { T });
}

/** Registers the kernel; name and shapes are those of `lib/encoder/hubert-soft/layers.ts`. */
export function registerDenseGelu(): void {
  kernel('DenseGelu', ({ x, weight, bias }, { exact }, c) => {
    const type = exact ? 'float32' : computeType(c, [x!, weight!]);
    const ref = c.graph.raise(denseGelu(c, x!, weight!, bias!, type), type);
    return c.output(ref, [x!.shape[0]!, weight!.shape[1]!], 'float32');
  });
}
