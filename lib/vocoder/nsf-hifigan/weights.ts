/** NSF-HiFiGAN's weights as tensors, in the shape of the network. */
import * as tf from '@tensorflow/tfjs';
import type { NsfConfig } from './config';
import { type FoldedWeights, foldNsf, noiseStride, residualSteps } from './fold';
import type { HostTensor } from './state';

/** A convolution over time. */
export interface Convolution {
  /** [1, kernel, in, out]; of a transposed one [1, kernel, out, in] */
  readonly filter: tf.Tensor4D;
  /** [out] */
  readonly bias: tf.Tensor1D;
}

/** One convolution step of a residual block; `second` only in blocks of kind 1. */
export interface ResidualStep {
  readonly first: Convolution;
  readonly dilation: number;
  readonly second: Convolution | null;
}

export interface Stage {
  readonly up: Convolution;
  readonly rate: number;
  readonly noise: Convolution;
  /** samples of the source per step of this stage */
  readonly noiseStride: number;
  readonly blocks: readonly (readonly ResidualStep[])[];
}

/** Tensors of the network. */
export interface NetworkWeights {
  readonly pre: Convolution;
  readonly stages: readonly Stage[];
  readonly post: Convolution;
}

export interface NsfWeights extends NetworkWeights {
  readonly mix: FoldedWeights['mix'];
}

/** Arranges tensors by the names of `FoldedWeights.layers`. */
export function arrangeNsf(layers: ReadonlyMap<string, tf.Tensor>, config: NsfConfig): NetworkWeights {
  const layer = (name: string): Convolution => ({
    filter: layers.get(`${name}.filter`) as tf.Tensor4D,
    bias: layers.get(`${name}.bias`) as tf.Tensor1D,
  });
  const block = (i: number, j: number): ResidualStep[] =>
    residualSteps(config, i, j).map(({ dilation, names: [first, second] }) => ({
      first: layer(first!),
      dilation,
      second: second === undefined ? null : layer(second),
    }));
  return {
    pre: layer('conv_pre'),
    stages: config.upsampleRates.map((rate, i) => ({
      up: layer(`ups.${i}`),
      rate,
      noise: layer(`noise_convs.${i}`),
      noiseStride: noiseStride(config, i),
      blocks: config.resblockKernels.map((_, j) => block(i, j)),
    })),
    post: layer('conv_post'),
  };
}

/**
 * Uploads the weights. The caller disposes of them (`tf.dispose`).
 * @throws UserError `vocoder-weights` where a tensor is missing or its shape is not what the config says
 */
export function uploadNsf(state: ReadonlyMap<string, HostTensor>, config: NsfConfig): NsfWeights {
  const { mix, layers } = foldNsf(state, config);
  const tensors = [...layers].map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])] as const);
  return { mix, ...arrangeNsf(new Map(tensors), config) };
}
