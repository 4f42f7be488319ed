/**
 * What the model's tensors are called, how they are shaped and initialised, in the reference's order (spec sections
 * e, f, g). This list is the single truth for creating a model, for reading a checkpoint strictly and for the parameter
 * indices of the optimiser state. (STUB: filled by the model module.)
 */
import type { ModelConfig } from '../config/schema';

/** A tensor on the host: row-major float32. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How a tensor is laid out in PyTorch's file and here. */
export type ParameterKind = 'linear' | 'conv1d' | 'vector' | 'table';

/** One parameter of the model. */
export interface ParameterSpec {
  /** reference name without the `model.` prefix, e.g. `denoise_fn.mlp.0.weight` */
  readonly name: string;
  /** PyTorch axis order: linear [out, in], conv1d [out, in, kernel] */
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  /** false: travels in every checkpoint, never gets a gradient (spec section e, dead weights) */
  readonly trained: boolean;
}

export declare function parameterSpecs(config: ModelConfig): readonly ParameterSpec[];
