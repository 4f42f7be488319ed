/**
 * NSF-HiFiGAN's weights as tensors in our layout, weight norm folded (spec section i). The state dict is that of the
 * file's `generator`, in PyTorch's layout.
 */
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../config/errors';
import { channelsAfter, type NsfConfig } from './config';
import type { HostTensor } from './state';

export interface Convolution {
  /** [kernel, in, out] */
  readonly filter: tf.Tensor3D;
  /** [out] */
  readonly bias: tf.Tensor1D;
}

export interface Upsampling {
  /** [1, kernel, out, in], as conv2dTranspose wants it */
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** One convolution step of a residual block; `second` only in blocks of kind 1. */
export interface ResidualStep {
  readonly first: Convolution;
  readonly dilation: number;
  readonly second: Convolution | null;
}

export interface Stage {
  readonly up: Upsampling;
  readonly rate: number;
  readonly noise: Convolution;
  /** samples of the source per step of this stage */
  readonly noiseStride: number;
  readonly blocks: readonly (readonly ResidualStep[])[];
}

export interface NsfWeights {
  /** mixes the harmonics into one source: one weight per harmonic, and a bias */
  readonly mix: { readonly weights: Float32Array; readonly bias: number };
  readonly pre: Convolution;
  readonly stages: readonly Stage[];
  readonly post: Convolution;
}

/**
 * Weight norm: `W = g v / ||v||`, norm over all axes but the first (for transposed convolutions that is the *input*
 * channel). @param gain [n, 1, 1], @param direction [n, ...]
 */
export function foldWeightNorm(gain: HostTensor, direction: HostTensor): HostTensor {
  const rows = direction.shape[0]!;
  const size = direction.data.length / rows;
  const data = new Float32Array(direction.data.length);
  for (let row = 0; row < rows; row++) {
    const stretch = direction.data.subarray(row * size, (row + 1) * size);
    const scale = gain.data[row]! / Math.sqrt(stretch.reduce((sum, v) => sum + v * v, 0));
    stretch.forEach((v, i) => {
      data[row * size + i] = v * scale;
    });
  }
  return { shape: direction.shape, data };
}

/** Reads named tensors strictly, by shape. */
class Reader {
  constructor(private readonly state: ReadonlyMap<string, HostTensor>) {}

  host(name: string, shape: readonly number[]): HostTensor {
    const tensor = this.state.get(name);
    if (tensor?.shape.join() !== shape.join()) {
      throw new UserError(
        'vocoder-weights',
        `Expected NSF-HiFiGAN to have ${name} [${shape}], got ${tensor ? `[${tensor.shape}]` : 'none'}`,
        'Take the config.json that was published together with these weights.',
      );
    }
    return tensor;
  }

  /** Weight of a layer: plain, or normed in the old or the new spelling. */
  weight(layer: string, shape: readonly number[]): HostTensor {
    const spellings = [
      ['weight_g', 'weight_v'],
      ['parametrizations.weight.original0', 'parametrizations.weight.original1'],
    ] as const;
    const normed = spellings.find(([, direction]) => this.state.has(`${layer}.${direction}`));
    if (!normed) return this.host(`${layer}.weight`, shape);
    const gain = this.host(`${layer}.${normed[0]}`, [shape[0]!, 1, 1]);
    return foldWeightNorm(gain, this.host(`${layer}.${normed[1]}`, shape));
  }

  bias(layer: string, channels: number): tf.Tensor1D {
    return tf.tensor1d(this.host(`${layer}.bias`, [channels]).data);
  }

  convolution(layer: string, inputs: number, outputs: number, kernel: number): Convolution {
    const { data } = this.weight(layer, [outputs, inputs, kernel]);
    const filter = tf.tidy(() =>
      tf.tensor3d(data, [outputs, inputs, kernel]).transpose<tf.Tensor3D>([2, 1, 0]),
    );
    return { filter, bias: this.bias(layer, outputs) };
  }

  upsampling(layer: string, inputs: number, outputs: number, kernel: number): Upsampling {
    const { data } = this.weight(layer, [inputs, outputs, kernel]);
    const filter = tf.tidy(() =>
      tf.tensor4d(data, [1, inputs, outputs, kernel]).transpose<tf.Tensor4D>([0, 3, 2, 1]),
    );
    return { filter, bias: this.bias(layer, outputs) };
  }

  block(config: NsfConfig, block: number, which: number, channels: number): ResidualStep[] {
    const kernel = config.resblockKernels[which]!;
    const layer = (kind: string, m: number): Convolution =>
      this.convolution(`resblocks.${block}.${kind}.${m}`, channels, channels, kernel);
    const paired = config.resblock === '1';
    const dilations = config.resblockDilations[which]!.slice(0, paired ? 3 : 2);
    return dilations.map((dilation, m) => ({
      first: layer(paired ? 'convs1' : 'convs', m),
      dilation,
      second: paired ? layer('convs2', m) : null,
    }));
  }

  stage(config: NsfConfig, i: number): Stage {
    const [inputs, channels] = [channelsAfter(config, i), channelsAfter(config, i + 1)];
    const noiseStride = config.upsampleRates.slice(i + 1).reduce((p, rate) => p * rate, 1);
    const blocks = config.resblockKernels.length;
    return {
      up: this.upsampling(`ups.${i}`, inputs, channels, config.upsampleKernels[i]!),
      rate: config.upsampleRates[i]!,
      noise: this.convolution(`noise_convs.${i}`, 1, channels, noiseStride === 1 ? 1 : 2 * noiseStride),
      noiseStride,
      blocks: config.resblockKernels.map((_, j) => this.block(config, blocks * i + j, j, channels)),
    };
  }
}

/** Harmonics that the published generators sum; the state dict says how many there are. */
function mixOf(state: ReadonlyMap<string, HostTensor>, read: Reader): NsfWeights['mix'] {
  const harmonics = state.get('m_source.l_linear.weight')?.shape[1] ?? 9;
  return {
    weights: read.host('m_source.l_linear.weight', [1, harmonics]).data,
    bias: read.host('m_source.l_linear.bias', [1]).data[0]!,
  };
}

/**
 * Uploads the weights. The caller disposes of them (`tf.dispose`).
 * @throws UserError `vocoder-weights` where a tensor is missing or its shape is not what the config says
 */
export function uploadNsf(state: ReadonlyMap<string, HostTensor>, config: NsfConfig): NsfWeights {
  // In a tidy, so that a failure half way leaves no tensors behind.
  const upload = (): tf.TensorContainer => readWeights(state, config) as unknown as tf.TensorContainer;
  return tf.tidy(upload) as unknown as NsfWeights;
}

function readWeights(state: ReadonlyMap<string, HostTensor>, config: NsfConfig): NsfWeights {
  const read = new Reader(state);
  const last = channelsAfter(config, config.upsampleRates.length);
  return {
    mix: mixOf(state, read),
    pre: read.convolution('conv_pre', config.melBins, config.initialChannels, 7),
    stages: config.upsampleRates.map((_, i) => read.stage(config, i)),
    post: read.convolution('conv_post', last, 1, 7),
  };
}
