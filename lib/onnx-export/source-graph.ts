/**
 * The source of NSF-HiFiGAN as ONNX operations: `lib/vocoder/nsf-hifigan/source.ts` for whole songs at once (spec section
 * i). Increments are float32, running sums float64, and what is random comes in from outside, so that two programs can be
 * compared and a seed stays the caller's business.
 */
import type { Mix } from '../vocoder/nsf-hifigan/source';
import type { GraphBuilder } from './graph';
import { dataTypeNumber } from './model-file';

const amplitude = 0.1;
const voicedNoise = 0.003;
const pi = Math.fround(Math.PI);

/** Names of the values that the source is made of. */
export interface SourcePorts {
  /** Hz [batch, frames] */
  readonly f0: string;
  /** cycles [batch, harmonics] */
  readonly phases: string;
  /** standard normal [batch, samples, harmonics] */
  readonly noise: string;
}

/** How the source sounds. */
export interface SourceShape {
  readonly hopSize: number;
  readonly sampleRate: number;
  readonly mix: Mix;
}

/** @returns the mixed source [batch, 1, samples] */
export function writeSource(graph: GraphBuilder, ports: SourcePorts, shape: SourceShape): string {
  const frames = graph.node('Unsqueeze', [ports.f0, graph.integers(2)]);
  const repeated = graph.node('Expand', [frames, graph.integers(1, 1, shape.hopSize)]);
  const f0 = graph.node('Reshape', [repeated, graph.integers(0, -1, 1)]);
  const voiced = graph.node('Greater', [f0, graph.number(0)]);
  const sines = writeSines(graph, f0, ports.phases, shape);
  const heard = graph.node('Where', [voiced, sines, graph.number(0)]);
  const deviation = graph.node('Where', [voiced, graph.number(voicedNoise), graph.number(amplitude / 3)]);
  const noisy = graph.node('Add', [heard, graph.node('Mul', [deviation, ports.noise])]);
  return writeMix(graph, noisy, shape.mix);
}

/** @param f0 [batch, samples, 1], @returns [batch, samples, harmonics] */
function writeSines(
  graph: GraphBuilder,
  f0: string,
  phases: string,
  { sampleRate, mix }: SourceShape,
): string {
  const H = mix.weights.length;
  const numbers = Float32Array.from({ length: H }, (_, h) => h + 1);
  const harmonics = graph.node('Mul', [f0, graph.weight('harmonics', { shape: [1, 1, H], data: numbers })]);
  const steps = fraction(graph, graph.node('Div', [harmonics, graph.number(sampleRate)]));
  // the fundamental begins at 0, whatever was drawn
  const drawn = Float32Array.from({ length: H }, (_, h) => (h === 0 ? 0 : 1));
  const start = graph.node('Mul', [phases, graph.weight('drawn_phases', { shape: [1, H], data: drawn })]);
  const first = graph.node('Add', [
    graph.slice(steps, 1, 0, 1),
    graph.node('Unsqueeze', [start, graph.integers(1)]),
  ]);
  const rest = graph.slice(steps, 1, 1, null);
  const cycles = graph.node('Concat', [first, rest], { axis: 1 });
  const position = fraction(graph, runningSum(graph, cycles));
  const wraps = graph.node('Less', [graph.slice(position, 1, 1, null), graph.slice(position, 1, 0, -1)]);
  // A wrap takes one whole cycle off the second sum, which therefore stays small and exact.
  const less = graph.node('Sub', [rest, graph.node('Cast', [wraps], { to: dataTypeNumber('float32') })]);
  const wrapped = runningSum(graph, graph.node('Concat', [first, less], { axis: 1 }));
  const radians = graph.node('Mul', [graph.node('Mul', [wrapped, graph.number(2)]), graph.number(pi)]);
  return graph.node('Mul', [graph.node('Sin', [radians]), graph.number(amplitude)]);
}

function fraction(graph: GraphBuilder, value: string): string {
  return graph.node('Mod', [value, graph.number(1)], { fmod: 1 });
}

/** Over the samples, in float64: a float32 sum is off by whole cycles after seconds. */
function runningSum(graph: GraphBuilder, value: string): string {
  const exact = graph.node('Cast', [value], { to: dataTypeNumber('float64') });
  const sum = graph.node('CumSum', [exact, graph.integer(1)]);
  return graph.node('Cast', [sum], { to: dataTypeNumber('float32') });
}

function writeMix(graph: GraphBuilder, sines: string, { weights, bias }: Mix): string {
  const weight = graph.weight('m_source.l_linear.weight', { shape: [weights.length, 1], data: weights });
  const offset = graph.weight('m_source.l_linear.bias', { shape: [1], data: Float32Array.of(bias) });
  const mixed = graph.node('Add', [graph.node('MatMul', [sines, weight]), offset]);
  return graph.node('Transpose', [graph.node('Tanh', [mixed])], { perm: [0, 2, 1] });
}
