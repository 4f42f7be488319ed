/** How kernels get into tfjs: one line a kernel, types and names in one place. */
import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph';
import {
  computeTypes,
  type GraphBackend,
  graphBackend,
  graphBackendName,
  type Trace,
} from '../graph-backend';
import { type Attribute, attr, type GraphType } from '../proto';

/** A tensor as a kernel receives it. */
export interface Input {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

/** What a kernel works with. */
export interface KernelContext {
  readonly graph: Graph;
  readonly trace: Trace;
  /** ref of an input */
  ref(input: Input): string;
  /** the result named by a ref */
  output(ref: string, shape: readonly number[], dtype: tf.DataType): Input;
  /** values of an input that is a constant */
  values(input: Input): ArrayLike<number>;
}

// biome-ignore lint/suspicious/noExplicitAny: attributes are as various as the ops
export type Attributes = any;
export type Inputs = Readonly<Record<string, Input>>;
type KernelBody = (inputs: Inputs, attributes: Attributes, context: KernelContext) => Input | Input[];

/** Names of all ops that can be compiled. */
export const supportedKernels: string[] = [];

/** Registers the graph kernel of one tfjs op. */
export function kernel(name: string, body: KernelBody): void {
  supportedKernels.push(name);
  tf.registerKernel({
    kernelName: name,
    backendName: graphBackendName,
    kernelFunc: ({ inputs, attrs }) =>
      body(inputs as unknown as Inputs, attrs, contextOf(graphBackend())) as never,
  });
}

function contextOf(backend: GraphBackend): KernelContext {
  const trace = backend.current;
  return {
    graph: trace.graph,
    trace,
    ref: (input) => backend.ref(input),
    output: (ref, shape, dtype) => backend.output(ref, shape, dtype),
    values: (input) => backend.readSync(input.dataId) as unknown as ArrayLike<number>,
  };
}

/** TensorFlow's type of a tfjs tensor. */
export function graphType(dtype: tf.DataType): GraphType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`Expected float32, int32 or bool in a compiled function, got ${dtype}`);
}

/** Attribute `T` of an op over `input`. */
export function typeOf(input: Input): Readonly<Record<string, Attribute>> {
  return { T: attr.type(graphType(input.dtype)) };
}

/**
 * An op that only moves values: done in the trace's precision where all inputs are there in it, which rounds nothing and
 * moves half as much.
 * @param build adds the op over `refs` of `type`
 */
export function moved(
  c: KernelContext,
  inputs: readonly Input[],
  build: (refs: readonly string[], type: Readonly<Record<string, Attribute>>) => string,
): string {
  const low = computeTypes[c.trace.precision];
  const held = low !== 'float32' && inputs.every((x) => c.graph.holds(c.ref(x), low));
  if (!held) return build(inputs.map(c.ref), typeOf(inputs[0]!));
  const refs = inputs.map((x) => c.graph.cast(c.ref(x), 'float32', low));
  return c.graph.raise(build(refs, { T: attr.type(low) }), low);
}

/**
 * An elementwise op over `inputs`, in the trace's precision where activations stay in it and all inputs are there in it,
 * else in their own type.
 */
export function elementwise(
  c: KernelContext,
  op: string,
  inputs: readonly Input[],
  attributes: Readonly<Record<string, Attribute>> = {},
): string {
  const low = computeTypes[c.trace.precision];
  const stays = c.trace.lowActivations && inputs.every((x) => c.graph.holds(c.ref(x), low));
  if (!stays) return c.graph.node(op, inputs.map(c.ref), { ...typeOf(inputs[0]!), ...attributes });
  const refs = inputs.map((x) => c.graph.cast(c.ref(x), 'float32', low));
  return c.graph.raise(c.graph.node(op, refs, { T: attr.type(low), ...attributes }), low);
}
