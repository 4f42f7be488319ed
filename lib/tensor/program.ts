/**
 * What a compiler of tensor functions takes and gives: a variable store and named functions over it. Types and a name;
 * `lib/engine/compile` has this shape, and whoever starts a program hands it to what computes.
 */
import type * as tf from '@tensorflow/tfjs';

/** How matrix products and convolutions compute. */
export type Precision = 'f32' | 'bf16' | 'f16';

/** Shape and type of an input. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** Values of a variable, float32, row-major. */
export interface VariableValue {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How a variable starts; without data as zeros, which then never exist on the host. */
export type InitialValue = Omit<VariableValue, 'data'> & Partial<Pick<VariableValue, 'data'>>;

export type NamedTensors = Readonly<Record<string, tf.Tensor>>;
export type VariableTensors = ReadonlyMap<string, tf.Tensor>;

/** Adam's update of one variable, carried out in place by TensorFlow. */
export interface AdamUpdate {
  readonly variable: string;
  /** variables of the first and second moment */
  readonly m: string;
  readonly v: string;
  readonly gradient: tf.Tensor;
}

/** An Adam step (Kingma and Ba 2015). Its scalars are tensors, so that they may be inputs. */
export interface AdamStep {
  readonly learningRate: tf.Tensor;
  /** beta to the power of the number of this update, counted from 1 */
  readonly beta1Power: tf.Tensor;
  readonly beta2Power: tf.Tensor;
  readonly beta1: number;
  readonly beta2: number;
  /** added to the root of the uncorrected second moment */
  readonly epsilon: tf.Tensor;
  /** share of every variable that is taken off before the update (decoupled weight decay) */
  readonly decay?: tf.Tensor;
  /** factor of all gradients */
  readonly gradientScale: tf.Tensor;
  /** bool; where false, nothing is updated */
  readonly onlyIf?: tf.Tensor;
  readonly updates: readonly AdamUpdate[];
}

/** What a compiled function leaves behind. */
export interface Outcome {
  readonly outputs: NamedTensors;
  /** variables that take new values after everything else is computed */
  readonly assign?: NamedTensors;
  readonly adam?: AdamStep;
}

/** One function to compile: ordinary tfjs code, run once while tracing. */
export interface ProgramFunction {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly fn: (inputs: NamedTensors, variables: VariableTensors) => Outcome;
}

/** What is compiled. */
export interface ProgramSpec {
  readonly variables: ReadonlyMap<string, InitialValue>;
  readonly functions: Readonly<Record<string, ProgramFunction>>;
  readonly precision: Precision;
  /**
   * What lies between convolutions: `float32` (the default), or in the precision of the convolutions, where sums and leaky
   * ReLUs of their results then stay. Faster, and rounded more often.
   */
  readonly activations?: 'float32' | 'precision';
  /** variables whose products and convolutions are float32 whatever the precision: those of sensitive layers */
  readonly fullPrecision?: ReadonlySet<string>;
}

/** What compiling cost. TensorFlow optimises a function when it is called first; that time is in its first call. */
export interface ProgramStats {
  readonly functions: number;
  readonly nodes: number;
  readonly graphBytes: number;
  readonly traceMs: number;
  readonly loadMs: number;
}

/** A compiled program. */
export interface TensorProgram {
  /** Runs a function; the caller disposes the results. */
  call(name: string, inputs: NamedTensors): Record<string, tf.Tensor>;
  /** Host copies of variables, all by default. */
  read(names?: readonly string[]): Map<string, Float32Array>;
  /** Overwrites variables. */
  assign(values: ReadonlyMap<string, VariableValue>): void;
  readonly stats: ProgramStats;
  /** Frees variables and graph. */
  dispose(): void;
}

/** Name of the error that says which op cannot be compiled and which can. */
export const unsupportedOpError = 'UnsupportedOpError';

/** @throws Error called `unsupportedOpError` */
export type CompileProgram = (spec: ProgramSpec) => Promise<TensorProgram>;
