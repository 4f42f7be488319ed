/**
 * Samples mel spectrograms with compiled functions. The condition's part of every layer is computed once per slice. DDIM
 * and PLMS run several moves in one call, with progress and cancellation between calls; DDPM and the reference's PLMS run
 * the ordinary samplers with a compiled network.
 */
import type * as tf from '@tensorflow/tfjs';
import type { FrameMatrix } from '../audio/audio';
import { toInternal } from '../checkpoint/key-map';
import type { Config } from '../config/schema';
import { scheduleFromBuffers } from '../model/noise-schedule';
import { type HostTensor, parameterSpecs } from '../model/parameters';
import { sampleDdim } from '../model/sample-ddim';
import { samplePlms } from '../model/sample-plms';
import { evenMoves } from '../model/sampler';
import { RecentShapes, roundUpToGrid } from '../tensor/few-shapes';
import type {
  CompileProgram,
  Precision,
  ProgramFunction,
  ProgramStats,
  TensorProgram,
} from '../tensor/program';
import {
  conditionFunction,
  firstMoveFunction,
  movesFunction,
  predictFunction,
  type SliceModel,
  type SliceShape,
} from './compiled-functions';
import { nameOf, SliceRun } from './compiled-slice';
import { samplerOf, specRange, toMel } from './mel-sampler';
import type { MelSampler, SampleRequest } from './voice';

/** How a sampler is compiled. */
export interface CompiledSamplerOptions {
  readonly compile: CompileProgram;
  readonly precision: Precision;
  /** slices that are sampled together; default 1 */
  readonly together?: number;
  /** moves of one call */
  readonly movesPerCall?: number;
  /** told what every compilation cost */
  readonly onCompiled?: (stats: ProgramStats) => void;
}

const defaultMovesPerCall = 5;

/** Lengths that are kept compiled; the one that was not used for longest makes room. */
const maxShapes = 12;

/** Lengths are rounded up to 8 values per octave: at most an eighth of the work is wasted. */
const lengthsPerOctave = 8;

/**
 * A sampler whose functions are compiled when a slice of a new length comes.
 * @param host buffers and parameters by reference name, PyTorch's layout
 */
export function createCompiledSampler(
  config: Config,
  host: ReadonlyMap<string, HostTensor>,
  options: CompiledSamplerOptions,
): MelSampler {
  return new CompiledSampler(config, host, options);
}

class CompiledSampler implements MelSampler {
  readonly together: number;
  private readonly model: SliceModel;
  private readonly shapes = new RecentShapes<SliceShape>(maxShapes);
  private readonly movesPerCall: number;
  private program: TensorProgram | undefined;

  constructor(
    private readonly config: Config,
    private readonly host: ReadonlyMap<string, HostTensor>,
    private readonly options: CompiledSamplerOptions,
  ) {
    this.model = { config: { ...config.model, ...specRange(host) }, schedule: scheduleFromBuffers(host) };
    this.together = options.together ?? 1;
    this.movesPerCall = options.movesPerCall ?? defaultMovesPerCall;
  }

  async sample(requests: readonly SampleRequest[]): Promise<FrameMatrix[]> {
    const longest = (length: (of: SampleRequest['condition']) => number): number =>
      Math.max(...requests.map(({ condition }) => length(condition)));
    const units = longest((condition) => condition.units.frames);
    const { noFs2 } = this.config.model;
    if (!noFs2 && requests.some(({ condition }) => condition.units.frames !== units)) {
      return this.sampleEach(requests);
    }
    const frames = longest((condition) => condition.mel2ph.length);
    const shape = {
      frames: roundUpToGrid(frames, lengthsPerOctave),
      units: noFs2 ? roundUpToGrid(units, lengthsPerOctave) : units,
      slices: requests.length,
    };
    await this.prepare(shape);
    const run = new SliceRun(this.program!, this.model, shape, requests);
    try {
      const x = await this.trajectory(run, requests[0]!.signal);
      const cuts = requests.map(
        ({ condition }, i) => x.slice([i, 0, 0], [1, condition.mel2ph.length, -1]) as tf.Tensor3D,
      );
      x.dispose();
      return cuts.map((cut) => toMel(cut, this.model.config));
    } finally {
      run.dispose();
    }
  }

  /** The encoder hears all of a slice's units at once: they cannot be filled up to those of another. */
  private async sampleEach(requests: readonly SampleRequest[]): Promise<FrameMatrix[]> {
    const mels: FrameMatrix[] = [];
    for (const request of requests) mels.push(...(await this.sample([request])));
    return mels;
  }

  dispose(): void {
    this.program?.dispose();
    this.program = undefined;
  }

  private async trajectory(run: SliceRun, signal: AbortSignal): Promise<tf.Tensor3D> {
    const { kStep } = this.model.config;
    const { speedup } = this.config.inference;
    const sampler = samplerOf(this.config);
    const xT = run.noise([run.shape.slices, run.shape.frames, this.model.config.melBins], kStep);
    try {
      if (sampler === samplePlms || sampler === sampleDdim) {
        const method = { moves: evenMoves(kStep, speedup), multistep: sampler === samplePlms };
        return await run.moveAll(xT, method, this.movesPerCall);
      }
      return await sampler(run.predict, xT, this.model.schedule, {
        kStep,
        speedup,
        noise: run.noise,
        onStep: ({ done, total }) => run.onStep(done, total),
        signal,
      });
    } finally {
      xT.dispose();
    }
  }

  private async prepare(shape: SliceShape): Promise<void> {
    if (this.shapes.use(nameOf(shape), shape)) return;
    this.dispose();
    const functions = this.shapes.entries().flatMap(([, each]) => this.functionsFor(each));
    const { compile, precision, onCompiled } = this.options;
    const specs = parameterSpecs(this.config.model).filter((spec) => spec.trained);
    const variables = new Map(specs.map((spec) => [spec.name, toInternal(spec, this.host.get(spec.name)!)]));
    this.program = await compile({ variables, functions: Object.fromEntries(functions), precision });
    onCompiled?.(this.program.stats);
  }

  private functionsFor(shape: SliceShape): [string, ProgramFunction][] {
    const { model } = this;
    const sampler = samplerOf(this.config);
    const named = (name: string, fn: ProgramFunction): [string, ProgramFunction] => [
      `${name}/${nameOf(shape)}`,
      fn,
    ];
    const start = named('condition', conditionFunction(model, shape));
    if (sampler !== samplePlms && sampler !== sampleDdim) {
      return [start, named('predict', predictFunction(model, shape))];
    }
    const rest = [
      named('move', movesFunction(model, shape, 1)),
      named('moves', movesFunction(model, shape, this.movesPerCall)),
    ];
    return sampler === samplePlms
      ? [start, named('first', firstMoveFunction(model, shape)), ...rest]
      : [start, ...rest];
  }
}
