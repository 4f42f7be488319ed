/**
 * The denoiser as an ONNX net (spec section f), weights in the order of the reference's file: convolutions [out, in,
 * kernel] and linear layers [out, in] are ONNX's own.
 */
import type { ModelConfig } from '../config/schema';
import type { HostTensor } from '../model/parameters';
import { stepFrequencies } from '../model/step-embedding';
import { GraphBuilder } from './graph';
import type { OnnxModel } from './model-file';

/** What the graph needs of the configuration. */
export type DenoiserShape = Pick<
  ModelConfig,
  'melBins' | 'hiddenSize' | 'residualChannels' | 'residualLayers' | 'dilationCycleLength' | 'output'
>;

const prefix = 'denoise_fn';

/**
 * The net: `noisy_mel` [batch, mel_bins, frames], `step` [batch] and `condition` [batch, hidden, frames] to `noise` (or
 * `mel` where the network predicts x0) [batch, mel_bins, frames]. Batch and frames are free.
 * @param weights by reference name, PyTorch's layout, complete
 */
export function denoiserModel(
  weights: ReadonlyMap<string, HostTensor>,
  shape: DenoiserShape,
  metadata: Readonly<Record<string, string>>,
): OnnxModel {
  const graph = new Layers(weights);
  const output = shape.output === 'x0' ? 'mel' : 'noise';
  writeDenoiser(graph, shape, output);
  const mel = ['batch', shape.melBins, 'frames'] as const;
  return {
    name: 'denoiser',
    doc: 'Denoiser of Diff-SVC. Channels before frames, as in PyTorch.',
    nodes: graph.nodes,
    constants: graph.constants,
    inputs: [
      { name: 'noisy_mel', shape: mel, doc: 'Noisy mel, normalised to [-1, 1] by spec_min and spec_max.' },
      { name: 'step', shape: ['batch'], doc: 'Diffusion step, 0 to timesteps - 1; values in between work.' },
      {
        name: 'condition',
        shape: ['batch', shape.hiddenSize, 'frames'],
        doc: 'Content units of each frame plus the embedding of its pitch.',
      },
    ],
    outputs: [
      {
        name: output,
        shape: mel,
        doc: output === 'mel' ? 'The clean mel, normalised.' : 'The noise in noisy_mel.',
      },
    ],
    metadata,
  };
}

/** Layers whose parameters go by the reference's names. */
class Layers extends GraphBuilder {
  constructor(private readonly weights: ReadonlyMap<string, HostTensor>) {
    super();
  }

  parameter(name: string): string {
    return this.weight(name, this.weights.get(name)!);
  }

  /** x [N, in] -> [N, out] */
  linear(name: string, x: string): string {
    return this.node('Gemm', [x, this.parameter(`${name}.weight`), this.parameter(`${name}.bias`)], {
      transB: 1,
    });
  }

  /** x [B, in, T] -> [B, out, T] */
  conv(name: string, x: string, dilation: number | null = null): string {
    const attributes = dilation === null ? {} : { dilations: [dilation], pads: [dilation, dilation] };
    const inputs = [x, this.parameter(`${name}.weight`), this.parameter(`${name}.bias`)];
    return this.node('Conv', inputs, attributes);
  }
}

function writeDenoiser(graph: Layers, shape: DenoiserShape, output: string): void {
  const step = stepVector(graph, shape.residualChannels);
  let x = graph.node('Relu', [graph.conv(`${prefix}.input_projection`, 'noisy_mel')]);
  const skips = Array.from({ length: shape.residualLayers }, (_, i) => {
    const block = residualBlock(
      graph,
      `${prefix}.residual_layers.${i}`,
      2 ** (i % shape.dilationCycleLength),
      x,
      step,
    );
    x = block.x;
    return block.skip;
  });
  const mean = graph.node('Mul', [
    graph.node('Sum', skips),
    graph.number(1 / Math.sqrt(shape.residualLayers)),
  ]);
  const hidden = graph.node('Relu', [graph.conv(`${prefix}.skip_projection`, mean)]);
  graph.node('Identity', [graph.conv(`${prefix}.output_projection`, hidden)], {}, output);
}

/** Embedding, linear, Mish, linear. @returns [B, C] */
function stepVector(graph: Layers, channels: number): string {
  const frequencies = stepFrequencies(channels);
  const table = graph.weight('step_frequencies', { shape: [1, frequencies.length], data: frequencies });
  const phase = graph.node('Mul', [graph.node('Unsqueeze', ['step', graph.integers(1)]), table]);
  const waves = graph.node('Concat', [graph.node('Sin', [phase]), graph.node('Cos', [phase])], { axis: 1 });
  const hidden = graph.linear(`${prefix}.mlp.0`, waves);
  const mish = graph.node('Mul', [hidden, graph.node('Tanh', [graph.node('Softplus', [hidden])])]);
  return graph.linear(`${prefix}.mlp.2`, mish);
}

/** @param x [B, C, T], @param step [B, C] */
function residualBlock(
  graph: Layers,
  name: string,
  dilation: number,
  x: string,
  step: string,
): { readonly x: string; readonly skip: string } {
  const shift = graph.node('Unsqueeze', [
    graph.linear(`${name}.diffusion_projection`, step),
    graph.integers(2),
  ]);
  const shifted = graph.node('Add', [x, shift]);
  const gates = graph.node('Add', [
    graph.conv(`${name}.dilated_conv`, shifted, dilation),
    graph.conv(`${name}.conditioner_projection`, 'condition'),
  ]);
  const [gate, filter] = graph.halves(gates, 1);
  const activated = graph.node('Mul', [graph.node('Sigmoid', [gate]), graph.node('Tanh', [filter])]);
  const [residual, skip] = graph.halves(graph.conv(`${name}.output_projection`, activated), 1);
  const sum = graph.node('Add', [x, residual]);
  return { x: graph.node('Mul', [sum, graph.number(Math.SQRT1_2)]), skip };
}
