/** NSF-HiFiGAN as an ONNX net: mel, F0 and what is random in, samples out (spec section i). */

import type { HostTensor } from '../model/parameters';
import type { NsfConfig } from '../vocoder/nsf-hifigan/config';
import { type FoldedWeights, noiseStride, residualSteps } from '../vocoder/nsf-hifigan/fold';
import { GraphBuilder } from './graph';
import type { Attribute, OnnxModel, Port } from './model-file';
import { writeSource } from './source-graph';

const slope = 0.1;
/** The last activation has PyTorch's default slope, not that of the others. */
const lastSlope = 0.01;

/**
 * The net: `mel` [batch, mel_bins, frames] and `f0` [batch, frames] with `phases` [batch, harmonics] and `noise` [batch,
 * samples, harmonics] to `waveform` [batch, samples], samples = frames * hop_size. Batch and frames are free.
 * @param folded as `foldNsf` gives it
 */
export function vocoderModel(
  { mix, layers }: FoldedWeights,
  config: NsfConfig,
  metadata: Readonly<Record<string, string>>,
): OnnxModel {
  const graph = new Convolutions(layers);
  const source = writeSource(
    graph,
    { f0: 'f0', phases: 'phases', noise: 'noise' },
    { hopSize: config.hopSize, sampleRate: config.sampleRate, mix },
  );
  writeGenerator(graph, config, source);
  return {
    name: 'nsf_hifigan',
    doc: 'NSF-HiFiGAN. Channels before frames, as in PyTorch; weight norm is folded. Everything random comes in.',
    nodes: graph.nodes,
    constants: graph.constants,
    inputs: inputsOf(config, mix.weights.length),
    outputs: [
      { name: 'waveform', shape: ['batch', 'samples'], doc: 'Samples in (-1, 1), hop_size per frame.' },
    ],
    metadata,
  };
}

function inputsOf(config: NsfConfig, harmonics: number): readonly Port[] {
  return [
    { name: 'mel', shape: ['batch', config.melBins, 'frames'], doc: 'Mel in natural logarithm.' },
    { name: 'f0', shape: ['batch', 'frames'], doc: 'Hz; 0: unvoiced.' },
    {
      name: 'phases',
      shape: ['batch', harmonics],
      doc: 'Initial phases of the harmonics in cycles, uniform in [0, 1); the first is not used.',
    },
    {
      name: 'noise',
      shape: ['batch', 'samples', harmonics],
      doc: 'Standard normal values; zeros make a deterministic, cleaner and duller sound.',
    },
  ];
}

/** Layers by the names of `FoldedWeights.layers`. */
class Convolutions extends GraphBuilder {
  constructor(private readonly layers: FoldedWeights['layers']) {
    super();
  }

  /** @param op Conv or ConvTranspose */
  layer(op: string, name: string, x: string, attributes: Readonly<Record<string, Attribute>>): string {
    const filter = this.weight(`${name}.weight`, torchOrder(this.layers.get(`${name}.filter`)!));
    return this.node(
      op,
      [x, filter, this.weight(`${name}.bias`, this.layers.get(`${name}.bias`)!)],
      attributes,
    );
  }

  /** Keeps the length. */
  conv(name: string, x: string, dilation = 1): string {
    const kernel = this.layers.get(`${name}.filter`)!.shape[1]!;
    const pad = (dilation * (kernel - 1)) / 2;
    return this.layer('Conv', name, x, { dilations: [dilation], pads: [pad, pad] });
  }

  leaky(x: string, alpha = slope): string {
    return this.node('LeakyRelu', [x], { alpha: { float: alpha } });
  }
}

/** [1, kernel, b, a] of `foldNsf` to [a, b, kernel], PyTorch's and ONNX's order, of transposed convolutions too. */
function torchOrder({ shape, data }: HostTensor): HostTensor {
  const [, K, B, A] = shape as [number, number, number, number];
  const out = new Float32Array(data.length);
  for (let k = 0; k < K; k++) {
    for (let b = 0; b < B; b++) {
      for (let a = 0; a < A; a++) out[(a * B + b) * K + k] = data[(k * B + b) * A + a]!;
    }
  }
  return { shape: [A, B, K], data: out };
}

function writeGenerator(graph: Convolutions, config: NsfConfig, source: string): void {
  let x = graph.conv('conv_pre', 'mel');
  config.upsampleRates.forEach((_, i) => {
    x = writeStage(graph, config, i, x, source);
  });
  const samples = graph.node('Tanh', [graph.conv('conv_post', graph.leaky(x, lastSlope))]);
  graph.node('Squeeze', [samples, graph.integers(1)], {}, 'waveform');
}

/** One stage; the mean over its blocks is in the next layer's weights (`foldNsf`). */
function writeStage(graph: Convolutions, config: NsfConfig, i: number, x: string, source: string): string {
  const rate = config.upsampleRates[i]!;
  const spare = (config.upsampleKernels[i]! - rate) / 2;
  const up = graph.layer('ConvTranspose', `ups.${i}`, graph.leaky(x), {
    strides: [rate],
    pads: [spare, spare],
  });
  const stride = noiseStride(config, i);
  const half = Math.floor(stride / 2);
  const noise = graph.layer('Conv', `noise_convs.${i}`, source, { strides: [stride], pads: [half, half] });
  const sum = graph.node('Add', [up, noise]);
  const blocks = config.resblockKernels.map((_, j) =>
    residualSteps(config, i, j).reduce((y, { dilation, names: [first, second] }) => {
      const opened = graph.conv(first!, graph.leaky(y), dilation);
      return graph.node('Add', [y, second === undefined ? opened : graph.conv(second, graph.leaky(opened))]);
    }, sum),
  );
  return blocks.length === 1 ? blocks[0]! : graph.node('Sum', blocks);
}
