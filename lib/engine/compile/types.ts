/** What goes into a compiled program and what comes out. */
import type * as tf from '@tensorflow/tfjs';
import type { Precision } from './graph-backend';

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

/** One function to compile. */
export interface FunctionSpec {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly fn: (inputs: NamedTensors, variables: VariableTensors) => Outcome;
}

/** What is compiled. */
export interface ProgramSpec {
  readonly variables: ReadonlyMap<string, InitialValue>;
  readonly functions: Readonly<Record<string, FunctionSpec>>;
  readonly precision: Precision;
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
export interface Program {
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
