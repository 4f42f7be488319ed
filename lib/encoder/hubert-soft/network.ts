/** HuBERT's network on a device: operation by operation, or compiled for signals of few lengths. */
import * as tf from '@tensorflow/tfjs';
import type { FrameMatrix } from '../../audio/audio';
import { RecentShapes, roundUpToGrid } from '../../tensor/few-shapes';
import type {
  CompileProgram,
  InitialValue,
  Precision,
  ProgramFunction,
  ProgramStats,
  TensorProgram,
} from '../../tensor/program';
import { type FirstLayer, firstNorm } from './first-norm';
import { hubertUnits, type UnitsOptions } from './forward';
import { cutUnits, type PaddedSignal, paddedSamples, paddedUnits, unitsOf, unitsToHold } from './padded';
import { disposeHubert, type HubertWeights, namedTensors, withTensors } from './weights';

/** The network, ready to run. */
export interface HubertNetwork {
  /** Units of a signal at 16 kHz [N]. */
  run(samples: Float32Array): Promise<FrameMatrix>;
  dispose(): void;
}

/** How the network is compiled. */
export interface CompiledHubertOptions {
  readonly compile: CompileProgram;
  readonly precision: Precision;
  /** told what every compilation cost */
  readonly onCompiled?: (stats: ProgramStats) => void;
}

/** Lengths are rounded up to four values per octave: at most a quarter of the work is wasted. */
const lengthsPerOctave = 4;

/** Lengths that are kept compiled; the one that was not used for longest makes room. */
const maxLengths = 12;

/**
 * The network, compiled where `compiled` says how.
 * @param weights the network's from now on
 */
export function createHubertNetwork(
  weights: HubertWeights,
  options: UnitsOptions,
  compiled: CompiledHubertOptions | undefined,
): HubertNetwork {
  return compiled ? new CompiledHubert(weights, options, compiled) : eagerHubert(weights, options);
}

function eagerHubert(weights: HubertWeights, options: UnitsOptions): HubertNetwork {
  return {
    run: async (samples) => {
      const units = tf.tidy(() => hubertUnits(weights, tf.tensor1d(samples), options));
      try {
        return await cutUnits(units, units.shape[0]);
      } finally {
        units.dispose();
      }
    },
    dispose: () => disposeHubert(weights),
  };
}

/** Compiles when a signal of a new length comes; the weights then move on from program to program. */
class CompiledHubert implements HubertNetwork {
  private readonly lengths = new RecentShapes<number>(maxLengths);
  private readonly first: FirstLayer;
  private readonly shapes: ReadonlyMap<string, readonly number[]>;
  private program: TensorProgram | undefined;
  /** weights until there is a program */
  private held: Map<string, InitialValue> | undefined;

  constructor(
    private readonly template: HubertWeights,
    private readonly options: UnitsOptions,
    private readonly compiled: CompiledHubertOptions,
  ) {
    const tensors = namedTensors(template);
    this.shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
    this.held = new Map(
      [...tensors].map(([name, tensor]) => [
        name,
        { shape: tensor.shape, data: tensor.dataSync<'float32'>() },
      ]),
    );
    const { gain, bias } = template.groupNorm;
    this.first = {
      filter: template.convolutions[0]!.dataSync<'float32'>(),
      gain: gain.dataSync<'float32'>(),
      bias: bias.dataSync<'float32'>(),
    };
    // Only their arrangement is needed from here on.
    disposeHubert(template);
  }

  async run(samples: Float32Array): Promise<FrameMatrix> {
    const { padding } = this.options;
    const count = samples.length + 2 * padding;
    const length = roundUpToGrid(unitsToHold(count), lengthsPerOctave);
    await this.prepare(length);
    const filled = new Float32Array(paddedSamples(length));
    filled.set(samples, padding);
    const { scale, shift } = firstNorm(filled.subarray(0, count), this.first);
    const inputs = {
      wav: tf.tensor1d(filled),
      samples: tf.tensor1d([count], 'int32'),
      scale: tf.tensor1d(scale),
      shift: tf.tensor1d(shift),
    };
    const { units } = this.program!.call(String(length), inputs);
    try {
      return await cutUnits(units as tf.Tensor2D, unitsOf(count));
    } finally {
      tf.dispose([inputs, units!]);
    }
  }

  dispose(): void {
    this.program?.dispose();
    this.program = undefined;
  }

  private async prepare(length: number): Promise<void> {
    if (this.lengths.use(String(length), length)) return;
    const variables = this.held ?? this.readBack();
    this.dispose();
    const functions = this.lengths
      .entries()
      .map(([name, units]): [string, ProgramFunction] => [name, this.unitsFunction(units)]);
    const { compile, precision, onCompiled } = this.compiled;
    this.program = await compile({ variables, functions: Object.fromEntries(functions), precision });
    this.held = undefined;
    onCompiled?.(this.program.stats);
  }

  private readBack(): Map<string, InitialValue> {
    const values = this.program!.read();
    return new Map([...values].map(([name, data]) => [name, { shape: this.shapes.get(name)!, data }]));
  }

  private unitsFunction(units: number): ProgramFunction {
    return {
      inputs: {
        wav: { shape: [paddedSamples(units)], dtype: 'float32' },
        samples: { shape: [1], dtype: 'int32' },
        scale: { shape: [this.first.gain.length], dtype: 'float32' },
        shift: { shape: [this.first.gain.length], dtype: 'float32' },
      },
      fn: (inputs, variables) => {
        const weights = withTensors(this.template, variables);
        const signal = inputs as unknown as PaddedSignal;
        return { outputs: { units: paddedUnits(weights, signal, this.options) } };
      },
    };
  }
}
