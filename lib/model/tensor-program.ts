/**
 * What trainers and samplers want of a compiler of tensor functions: a variable store and named functions over it. Types
 * and a name; `lib/engine/compile` has this shape, and whoever starts a program hands it in.
 */
import type * as tf from '@tensorflow/tfjs';
import type { HostTensor } from './parameters';

/** How matrix products and convolutions compute; everything else is float32. */
export type Precision = 'f32' | 'bf16' | 'f16';

export type NamedTensors = Readonly<Record<string, tf.Tensor>>;
export type VariableTensors = ReadonlyMap<string, tf.Tensor>;

/** Shape and type of an input. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** Adam's update of some variables, carried out in place after everything else of a call. */
export interface AdamStep {
  readonly learningRate: tf.Tensor;
  readonly beta1Power: tf.Tensor;
  readonly beta2Power: tf.Tensor;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: tf.Tensor;
  /** share of every variable that is taken off before the update (decoupled weight decay) */
  readonly decay?: tf.Tensor;
  /** factor of all gradients */
  readonly gradientScale: tf.Tensor;
  /** bool; where false, nothing is updated */
  readonly onlyIf?: tf.Tensor;
  readonly updates: readonly {
    readonly variable: string;
    readonly m: string;
    readonly v: string;
    readonly gradient: tf.Tensor;
  }[];
}

/** What a compiled function leaves behind. */
export interface Outcome {
  readonly outputs: NamedTensors;
  readonly adam?: AdamStep;
}

/** One function to compile: ordinary tfjs code, run once while tracing. */
export interface ProgramFunction {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly fn: (inputs: NamedTensors, variables: VariableTensors) => Outcome;
}

/** How a variable starts. */
export type InitialValue = Pick<HostTensor, 'shape'> & Partial<Pick<HostTensor, 'data'>>;

/** What is compiled. */
export interface ProgramSpec {
  /** without data: zeros */
  readonly variables: ReadonlyMap<string, InitialValue>;
  readonly functions: Readonly<Record<string, ProgramFunction>>;
  readonly precision: Precision;
}

/** What compiling cost. */
export interface ProgramStats {
  readonly functions: number;
  readonly nodes: number;
  readonly graphBytes: number;
  readonly traceMs: number;
  readonly loadMs: number;
}

/** A compiled program. */
export interface TensorProgram {
  /** runs a function; the caller disposes the results */
  call(name: string, inputs: NamedTensors): Record<string, tf.Tensor>;
  /** host copies of variables, all by default */
  read(names?: readonly string[]): Map<string, Float32Array>;
  /** overwrites variables */
  assign(values: ReadonlyMap<string, HostTensor>): void;
  readonly stats: ProgramStats;
  dispose(): void;
}

/** Name of the error that says which op cannot be compiled and which can. */
export const unsupportedOpError = 'UnsupportedOpError';

/** @throws Error called `unsupportedOpError` */
export type CompileProgram = (spec: ProgramSpec) => Promise<TensorProgram>;
