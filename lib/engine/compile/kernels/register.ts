/** How kernels get into tfjs: one line a kernel, types and names in one place. */
import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph';
import { type GraphBackend, graphBackend, graphBackendName, type Trace } from '../graph-backend';
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
