/**
 * A tfjs backend whose tensors are references into a graph. While it is current, ordinary tfjs code (its autograd
 * included) does not compute: every kernel adds nodes. Kernels are registered in `kernels/`.
 */
import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../../tensor/program';
import type { Graph } from './graph';

/** Name under which tfjs knows this backend. */
export const graphBackendName = 'graph';

/** Types of the operands of matrix products and convolutions. */
export const computeTypes = { f32: 'float32', bf16: 'bfloat16', f16: 'float16' } as const;
export type ComputeType = (typeof computeTypes)[Precision];

/** What is being traced. */
export interface Trace {
  readonly graph: Graph;
  readonly precision: Precision;
  /** whether gradients of dilated convolutions may be left to TensorFlow */
  readonly nativeDilation: boolean;
  /** whether results of convolutions, their sums and leaky ReLUs stay in the precision */
  readonly lowActivations: boolean;
  /** refs of variables whose products are float32 */
  readonly full: ReadonlySet<string>;
}

/** A tensor as kernels return it. */
export interface SymbolicInfo {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

/** Values that the host may read while tracing: those that were constants to begin with. */
type Entry = { readonly ref: string; readonly values?: tf.backend_util.TypedArray };

export class GraphBackend extends tf.KernelBackend {
  private entries = new WeakMap<object, Entry>();
  private live = 0;
  private trace: Trace | undefined;

  /** Starts tracing into `trace`; ends with `undefined`. */
  use(trace: Trace | undefined): void {
    this.trace = trace;
  }

  get current(): Trace {
    if (this.trace === undefined)
      throw new Error('Expected a trace: the graph backend only works inside compile()');
    return this.trace;
  }

  /** A kernel's result: the tensor that `ref` names. */
  output(ref: string, shape: readonly number[], dtype: tf.DataType): SymbolicInfo {
    const dataId = {};
    this.entries.set(dataId, { ref });
    this.live += 1;
    return { dataId, shape: [...shape], dtype };
  }

  /** Ref of a tensor. */
  ref(info: { dataId: object }): string {
    const entry = this.entries.get(info.dataId);
    if (entry === undefined) throw new Error('Expected a tensor of this trace, got one of another backend');
    return entry.ref;
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype);
    return dataId;
  }

  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): void {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new Error(`Expected float32, int32 or bool in a compiled function, got ${dtype}`);
    }
    const numbers = values as tf.backend_util.TypedArray;
    this.entries.set(dataId, { ref: this.current.graph.constant(numbers, shape, dtype), values: numbers });
    this.live += 1;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const values = this.entries.get(dataId)?.values;
    if (values !== undefined) return values;
    throw new Error(
      'Expected no read of a computed tensor in a compiled function: its value is not known while tracing. ' +
        'Return it as an output, or keep the decision inside tensors (tf.where).',
    );
  }

  override read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(): boolean {
    // Refs cost nothing; the graph is freed as a whole.
    return true;
  }

  override numDataIds(): number {
    return this.live;
  }

  override incRef(): void {}

  override refCount(): number {
    return 1;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }
}

let registered: GraphBackend | undefined;

/** The one graph backend of this process; registered with tfjs at the first call. */
export function graphBackend(): GraphBackend {
  if (registered === undefined) {
    const backend = new GraphBackend();
    tf.registerBackend(graphBackendName, () => backend, 0);
    registered = backend;
  }
  return registered;
}
