/** NSF-HiFiGAN's network on a device: operation by operation, or compiled for windows of few lengths. */
import * as tf from '@tensorflow/tfjs';
import type {
  CompileProgram,
  InputSpec,
  Precision,
  ProgramFunction,
  ProgramStats,
  TensorProgram,
} from '../../tensor/program';
import type { NsfConfig } from './config';
import type { FoldedWeights } from './fold';
import { generate, type Mask } from './generator';
import { arrangeNsf, type NetworkWeights } from './weights';

/** One window: mel in natural log [frames, M] and as much source; only the first `length` frames exist. */
export interface WindowInput {
  readonly melLn: Float32Array;
  readonly source: Float32Array;
  readonly frames: number;
}

/** The network, ready to run. */
export interface NsfNetwork {
  /** frames that windows may have */
  readonly sizes: readonly number[];
  /** Samples [frames * hopSize]; of less frames than the smallest size, zeros follow. */
  run(input: WindowInput): Promise<Float32Array>;
  dispose(): void;
}

/** How the network is compiled. */
export interface CompiledNsfOptions {
  readonly compile: CompileProgram;
  readonly precision: Precision;
  /** frames that windows may have; few, since each is compiled */
  readonly sizes?: readonly number[];
  /** told what compiling cost */
  readonly onCompiled?: (stats: ProgramStats) => void;
}

/** Eager windows: any size, of which the largest bounds the memory. */
const eagerSizes = [64, 128, 256, 512];
const compiledSizes = [64, 128, 256, 512];

function inputTensors(
  { melLn, source, frames }: WindowInput,
  size: number,
  hopSize: number,
): tf.NamedTensorMap {
  const filled = (data: Float32Array, length: number): Float32Array => {
    if (data.length === length) return data;
    const out = new Float32Array(length);
    out.set(data);
    return out;
  };
  const bins = melLn.length / frames;
  return {
    melLn: tf.tensor2d(filled(melLn, size * bins), [size, bins]),
    source: tf.tensor2d(filled(source, size * hopSize), [size * hopSize, 1]),
  };
}

/** The network operation by operation. */
export function eagerNetwork(folded: FoldedWeights, config: NsfConfig): NsfNetwork {
  const tensors = new Map(
    [...folded.layers].map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
  );
  const weights = arrangeNsf(tensors, config);
  return {
    sizes: eagerSizes,
    run: async (input) => {
      const { melLn, source } = inputTensors(input, input.frames, config.hopSize);
      const samples = generate(weights, melLn as tf.Tensor2D, source as tf.Tensor2D);
      const data = (await samples.data()) as Float32Array;
      tf.dispose([melLn!, source!, samples]);
      return data;
    },
    dispose: () => tf.dispose([...tensors.values()]),
  };
}

/**
 * Layers that stay in float32 in lower precision: all outside the residual blocks, so that the sums between these are
 * float32 too, and the blocks with the smallest kernel, a seventh of the work. Without them bfloat16 is at -35 dB.
 */
function sensitiveLayers(folded: FoldedWeights, config: NsfConfig): Set<string> {
  const { resblockKernels } = config;
  const smallest = resblockKernels.indexOf(Math.min(...resblockKernels));
  return new Set(
    [...folded.layers.keys()].filter((name) => {
      const block = /^resblocks\.(\d+)\./.exec(name)?.[1];
      return block === undefined || Number(block) % resblockKernels.length === smallest;
    }),
  );
}

/** Name of the function for sounds shorter than the smallest window. */
const short = 'short';

/** The network as one graph per window size. */
export async function compiledNetwork(
  folded: FoldedWeights,
  config: NsfConfig,
  { compile, precision, sizes = compiledSizes, onCompiled }: CompiledNsfOptions,
): Promise<NsfNetwork> {
  const smallest = Math.min(...sizes);
  const functions = sizes.map((size): [string, ProgramFunction] => [
    String(size),
    windowFunction(config, size),
  ]);
  const program = await compile({
    variables: folded.layers,
    functions: { ...Object.fromEntries(functions), [short]: shortFunction(config, smallest) },
    precision,
    activations: 'precision',
    fullPrecision: sensitiveLayers(folded, config),
  });
  onCompiled?.(program.stats);
  return {
    sizes,
    run: (input) => runCompiled(program, input, smallest, config.hopSize),
    dispose: () => program.dispose(),
  };
}

async function runCompiled(
  program: TensorProgram,
  input: WindowInput,
  smallest: number,
  hopSize: number,
): Promise<Float32Array> {
  const isShort = input.frames < smallest;
  const given = inputTensors(input, Math.max(smallest, input.frames), hopSize);
  const inputs = isShort ? { ...given, length: tf.scalar(input.frames, 'int32') } : given;
  const { samples } = program.call(isShort ? short : String(input.frames), inputs);
  const data = (await samples!.data()) as Float32Array;
  tf.dispose([inputs, samples!]);
  return data;
}

function windowInputs(config: NsfConfig, size: number): Record<'melLn' | 'source', InputSpec> {
  return {
    melLn: { shape: [size, config.melBins], dtype: 'float32' },
    source: { shape: [size * config.hopSize, 1], dtype: 'float32' },
  };
}

/** All of a window. */
function windowFunction(config: NsfConfig, size: number): ProgramFunction {
  return {
    inputs: windowInputs(config, size),
    fn: ({ melLn, source }, variables) => ({
      outputs: {
        samples: generate(arrangeNsf(variables, config), melLn as tf.Tensor2D, source as tf.Tensor2D),
      },
    }),
  };
}

/** The first `length` frames of a window, as if nothing came after them. */
function shortFunction(config: NsfConfig, size: number): ProgramFunction {
  return {
    inputs: { ...windowInputs(config, size), length: { shape: [], dtype: 'int32' } },
    fn: ({ melLn, source, length }, variables) => {
      const weights: NetworkWeights = arrangeNsf(variables, config);
      const mask = maskTo(length!, size);
      const samples = generate(weights, melLn as tf.Tensor2D, source as tf.Tensor2D, { mask });
      return { outputs: { samples } };
    },
  };
}

/** Zeros for what comes after `length` frames, at any rate. */
function maskTo(length: tf.Tensor, size: number): Mask {
  return (x) => {
    const values = x.shape[0];
    const exists = tf.range(0, values, 1, 'int32').less(length.mul(tf.scalar(values / size, 'int32')));
    return tf.mul(x, exists.cast('float32').reshape([values, 1]));
  };
}
