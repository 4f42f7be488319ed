/** NSF-HiFiGAN's state dict, PyTorch's layout, to weights in ours: weight norm folded, axes in TensorFlow's order. */
import { UserError } from '../../config/errors';
import { channelsAfter, type NsfConfig } from './config';
import type { HostTensor } from './state';

/** Weights on the host. */
export interface FoldedWeights {
  /** mixes the harmonics into one source: one weight per harmonic, and a bias */
  readonly mix: { readonly weights: Float32Array; readonly bias: number };
  /**
   * By layer name, `LAYER.filter` and `LAYER.bias`. Filters are [1, kernel, in, out], of transposed convolutions
   * [1, kernel, out, in].
   */
  readonly layers: ReadonlyMap<string, HostTensor>;
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

/** Axes turned round, [a, b, c] to [1, c, b, a], and every value times `factor`. */
function reversed({ shape, data }: HostTensor, factor: number): HostTensor {
  const [A, B, C] = shape as [number, number, number];
  const out = new Float32Array(data.length);
  for (let a = 0; a < A; a++) {
    for (let b = 0; b < B; b++) {
      for (let c = 0; c < C; c++) out[(c * B + b) * A + a] = data[(a * B + b) * C + c]! * factor;
    }
  }
  return { shape: [1, C, B, A], data: out };
}

/** Reads named tensors strictly, by shape. */
class Reader {
  readonly layers = new Map<string, HostTensor>();

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
  private weight(layer: string, shape: readonly number[]): HostTensor {
    const spellings = [
      ['weight_g', 'weight_v'],
      ['parametrizations.weight.original0', 'parametrizations.weight.original1'],
    ] as const;
    const normed = spellings.find(([, direction]) => this.state.has(`${layer}.${direction}`));
    if (!normed) return this.host(`${layer}.weight`, shape);
    const gain = this.host(`${layer}.${normed[0]}`, [shape[0]!, 1, 1]);
    return foldWeightNorm(gain, this.host(`${layer}.${normed[1]}`, shape));
  }

  /** @param shape PyTorch's, [out, in, kernel], of transposed convolutions [in, out, kernel] */
  layer(name: string, shape: readonly [number, number, number], outputs: number, factor = 1): void {
    this.layers.set(`${name}.filter`, reversed(this.weight(name, shape), factor));
    this.layers.set(`${name}.bias`, this.host(`${name}.bias`, [outputs]));
  }
}

/** Harmonics that the published generators sum; the state dict says how many there are. */
function mixOf(state: ReadonlyMap<string, HostTensor>, read: Reader): FoldedWeights['mix'] {
  const harmonics = state.get('m_source.l_linear.weight')?.shape[1] ?? 9;
  return {
    weights: read.host('m_source.l_linear.weight', [1, harmonics]).data,
    bias: read.host('m_source.l_linear.bias', [1]).data[0]!,
  };
}

/**
 * Folds the weights. The mean over a stage's residual blocks is left to the layer after it: leaky ReLU and convolution
 * pass its 1/n through.
 * @param state of the file's `generator`
 * @throws UserError `vocoder-weights` where a tensor is missing or its shape is not what the config says
 */
export function foldNsf(state: ReadonlyMap<string, HostTensor>, config: NsfConfig): FoldedWeights {
  const read = new Reader(state);
  const mix = mixOf(state, read);
  const mean = 1 / config.resblockKernels.length;
  read.layer('conv_pre', [config.initialChannels, config.melBins, 7], config.initialChannels);
  config.upsampleRates.forEach((_, i) => {
    foldStage(read, config, i, i === 0 ? 1 : mean);
  });
  read.layer('conv_post', [1, channelsAfter(config, config.upsampleRates.length), 7], 1, mean);
  return { mix, layers: read.layers };
}

function foldStage(read: Reader, config: NsfConfig, i: number, factor: number): void {
  const [inputs, channels] = [channelsAfter(config, i), channelsAfter(config, i + 1)];
  read.layer(`ups.${i}`, [inputs, channels, config.upsampleKernels[i]!], channels, factor);
  read.layer(`noise_convs.${i}`, [channels, 1, noiseKernel(config, i)], channels);
  config.resblockKernels.forEach((kernel, j) => {
    for (const { names } of residualSteps(config, i, j)) {
      for (const name of names) read.layer(name, [channels, channels, kernel], channels);
    }
  });
}

/** Samples of the source per step of stage `i`. */
export function noiseStride(config: NsfConfig, i: number): number {
  return config.upsampleRates.slice(i + 1).reduce((p, rate) => p * rate, 1);
}

function noiseKernel(config: NsfConfig, i: number): number {
  const stride = noiseStride(config, i);
  return stride === 1 ? 1 : 2 * stride;
}

/** Dilations and layer names of residual block `j` of stage `i`; two layers a step in blocks of kind 1. */
export function residualSteps(
  config: NsfConfig,
  i: number,
  j: number,
): { readonly dilation: number; readonly names: readonly string[] }[] {
  const block = `resblocks.${config.resblockKernels.length * i + j}`;
  const paired = config.resblock === '1';
  const dilations = config.resblockDilations[j]!.slice(0, paired ? 3 : 2);
  return dilations.map((dilation, m) => ({
    dilation,
    names: paired ? [`${block}.convs1.${m}`, `${block}.convs2.${m}`] : [`${block}.convs.${m}`],
  }));
}
