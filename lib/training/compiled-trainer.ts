/**
 * A model in training as one TensorFlow graph: the step of `step.ts` without its cost per operation. The compiler is an
 * argument; the eager trainer is the oracle.
 */
import * as tf from '@tensorflow/tfjs';
import type { Checkpoint, OptimizerState } from '../checkpoint/checkpoint';
import { toInternal, toTorch } from '../checkpoint/key-map';
import { UserError } from '../config/errors';
import type { Config } from '../config/schema';
import type { Batch } from '../data/batch';
import { initialWeights } from '../model/initial-weights';
import { scheduleFromBuffers } from '../model/noise-schedule';
import { type HostTensor, type ParameterSpec, parameterSpecs } from '../model/parameters';
import { RecentShapes } from '../tensor/few-shapes';
import type { CompileProgram, InitialValue, Precision, ProgramStats, TensorProgram } from '../tensor/program';
import { type StepModel, stepTensors, updateFunction, validationFunction } from './compiled-functions';
import { functionName, type StepShape, shapeName, stepShapeOf } from './compiled-shapes';
import { momentNames, updateFactors } from './compiled-update';
import { learningRate } from './learning-rate';
import { drawStep, type StepDraws } from './step';
import type { BatchShape, BatchUse, Trainer, TrainerState, UpdateMetrics } from './trainer';

/** How a trainer is compiled. */
export interface CompiledTrainerOptions {
  readonly compile: CompileProgram;
  readonly precision: Precision;
  /** parts of a batch to compute side by side (`Engine.lanes`); default 1. Sums are rounded otherwise with another number */
  readonly lanes?: number;
  /** told what every compilation cost */
  readonly onCompiled?: (stats: ProgramStats) => void;
  /** draws from the host instead of inside the graph, by update number or index of the validation batch */
  readonly draws?: (update: number, batch: Batch, use: BatchUse) => StepDraws;
}

/** Programs are kept for so many shapes; the one that was not used for longest makes room. */
const maxShapes = 48;

/** Skipped updates in a row after which training with float16 is given up. */
const maxSkipped = 50;

/** Updates of validation draws from the host are numbered from here, as in the eager trainer. */
const validationUpdates = 2 ** 40;

/** `drawStep`, for trainers whose draws have to be those of the eager one. */
export function hostDraws(config: Config): NonNullable<CompiledTrainerOptions['draws']> {
  return (update, batch, use) =>
    drawStep(config.training.seed, use === 'update' ? update : validationUpdates + update, batch, config);
}

/**
 * A model and its optimiser, compiled by `prepare`, which throws an Error naming an op that cannot be.
 * @param start state to go on from; null = fresh weights by `config.training.seed`
 */
export function createCompiledTrainer(
  config: Config,
  start: Checkpoint | null,
  options: CompiledTrainerOptions,
): Trainer {
  const host = start?.weights ?? initialWeights(config.model, config.training.seed);
  const state = internalState(config, host, start?.optimizer ?? null);
  return new CompiledTrainer(config, host, state, start?.optimizer?.step ?? 0, options);
}

/** Trained parameters and moments in our layout. */
function internalState(
  config: Config,
  host: ReadonlyMap<string, HostTensor>,
  optimizer: OptimizerState | null,
): Map<string, InitialValue> {
  const state = new Map<string, InitialValue>();
  for (const spec of parameterSpecs(config.model).filter(({ trained }) => trained)) {
    const tensor = host.get(spec.name);
    if (tensor === undefined) throw new Error(`Expected weights to hold ${spec.name}`);
    const weight = toInternal(spec, tensor);
    const pair = optimizer?.moments.get(spec.name);
    const moment = (given: HostTensor | undefined): InitialValue =>
      given ? toInternal(spec, given) : { shape: weight.shape };
    state.set(spec.name, weight);
    state.set(momentNames.expAvg(spec.name), moment(pair?.expAvg));
    state.set(momentNames.expAvgSq(spec.name), moment(pair?.expAvgSq));
  }
  return state;
}

class CompiledTrainer implements Trainer {
  readonly computation: string;
  private readonly model: StepModel;
  private readonly specs: readonly ParameterSpec[];
  /** what is not trained stays on the host; in file order, with null for what is in the program */
  private readonly untrained: ReadonlyMap<string, HostTensor | null>;
  private readonly shapes = new RecentShapes<{ readonly use: BatchUse; readonly shape: StepShape }>(
    maxShapes,
  );
  private program: TensorProgram | undefined;
  private skipped = 0;

  constructor(
    private readonly config: Config,
    host: ReadonlyMap<string, HostTensor>,
    /** parameters and moments until there is something to compile */
    private held: ReadonlyMap<string, InitialValue> | undefined,
    private step: number,
    private readonly options: CompiledTrainerOptions,
  ) {
    this.specs = parameterSpecs(config.model).filter(({ trained }) => trained);
    const names = this.specs.map(({ name }) => name);
    const trained = new Set(names);
    this.untrained = new Map([...host].map(([name, tensor]) => [name, trained.has(name) ? null : tensor]));
    const draws = options.draws ? 'given' : 'graph';
    const { precision, lanes = 1 } = options;
    this.model = { config, schedule: scheduleFromBuffers(host), names, precision, draws, lanes };
    const parts = lanes === 1 ? '' : `, ${lanes} lanes`;
    this.computation = `graph ${precision}${parts}${draws === 'given' ? ', draws of the host' : ''}`;
  }

  async prepare(batches: { readonly [use in BatchUse]?: readonly BatchShape[] }): Promise<void> {
    const wanted = (['update', 'validation'] as const).flatMap((use) =>
      (batches[use] ?? []).map((batch) => this.want(use, stepShapeOf(batch, this.config))),
    );
    if (wanted.includes(true)) await this.compile(this.held ?? this.readState());
  }

  update(batch: Batch, update: number): UpdateMetrics {
    const { training, compat } = this.config;
    this.step += 1;
    const rate = learningRate(update, training, compat.training);
    const factors = tf.tensor1d(updateFactors(training, this.step, rate));
    const { loss, gradNorm } = this.run('update', batch, update, { factors });
    if (this.model.precision === 'f16') this.countSkipped(gradNorm!);
    return {
      loss: () => loss!.dataSync()[0]!,
      gradNorm: () => gradNorm!.dataSync()[0]!,
      dispose: () => tf.dispose([loss!, gradNorm!]),
    };
  }

  validationLoss(batch: Batch, index: number): number {
    const { loss } = this.run('validation', batch, index, {});
    const value = loss!.dataSync()[0]!;
    loss!.dispose();
    return value;
  }

  state(): Promise<TrainerState> {
    const { training, compat } = this.config;
    const state = this.readState();
    const torch = new Map(
      this.specs.map((spec) => [spec.name, (name: string) => toTorch(spec, state.get(name)!)]),
    );
    const weights = [...this.untrained].map(
      ([name, tensor]) => [name, tensor ?? torch.get(name)!(name)] as const,
    );
    const moments = [...torch].map(([name, read]) => {
      const [expAvg, expAvgSq] = [read(momentNames.expAvg(name)), read(momentNames.expAvgSq(name))];
      return [name, { expAvg, expAvgSq }] as const;
    });
    const optimizer: OptimizerState = {
      step: this.step,
      learningRate: learningRate(Math.max(0, this.step - 1), training, compat.training),
      initialLearningRate: training.learningRate,
      betas: training.betas,
      eps: training.eps,
      weightDecay: training.weightDecay,
      moments: new Map(moments),
    };
    return Promise.resolve({ weights: new Map(weights), optimizer });
  }

  dispose(): void {
    this.program?.dispose();
    this.program = undefined;
  }

  /** Notes a shape as the last one used. @returns whether it has still to be compiled */
  private want(use: BatchUse, shape: StepShape): boolean {
    return !this.shapes.use(functionName(use, shape), { use, shape });
  }

  /** Compiles all shapes into a program that takes over `state`. */
  private async compile(state: ReadonlyMap<string, InitialValue>): Promise<void> {
    this.dispose();
    this.held = state;
    const functions = this.shapes.entries().map(([name, { use, shape }]) => {
      const make = use === 'update' ? updateFunction : validationFunction;
      return [name, make(this.model, shape)] as const;
    });
    const { compile, precision, onCompiled } = this.options;
    this.program = await compile({ variables: state, functions: Object.fromEntries(functions), precision });
    this.held = undefined;
    onCompiled?.(this.program.stats);
  }

  private readState(): ReadonlyMap<string, HostTensor> {
    if (this.held) {
      const filled = ({ shape, data }: InitialValue): HostTensor => ({
        shape,
        data: data ?? new Float32Array(tf.util.sizeFromShape([...shape])),
      });
      return new Map([...this.held].map(([name, value]) => [name, filled(value)]));
    }
    const shapes = new Map(this.specs.map((spec) => [spec.name, toInternalShape(spec)]));
    const values = this.program!.read();
    return new Map(
      [...values].map(([name, data]) => [name, { shape: shapes.get(name.replace(/^.*:/, ''))!, data }]),
    );
  }

  private run(
    use: BatchUse,
    batch: Batch,
    index: number,
    more: Record<string, tf.Tensor>,
  ): Record<string, tf.Tensor> {
    const shape = stepShapeOf(batch, this.config);
    const name = functionName(use, shape);
    if (!this.shapes.has(name))
      throw new Error(`Expected prepare() before a batch of shape ${shapeName(shape)}`);
    const draws = this.options.draws?.(index, batch, use) ?? null;
    const inputs = { ...stepTensors(this.model, shape, batch, index, draws), ...more };
    try {
      return this.program!.call(name, inputs);
    } finally {
      tf.dispose(inputs);
    }
  }

  /** Updates whose gradients left float16's range change nothing; a run of only those would go on for ever. */
  private countSkipped(gradNorm: tf.Tensor): void {
    this.skipped = Number.isFinite(gradNorm.dataSync()[0]) ? 0 : this.skipped + 1;
    if (this.skipped < maxSkipped) return;
    throw new UserError(
      'float16-overflow',
      `Expected finite gradients, got none in ${maxSkipped} updates in a row with float16`,
      'Train with float32 or bfloat16, or lower the learning rate.',
    );
  }
}

/** Shape of a parameter in our layout. */
function toInternalShape({ kind, shape }: ParameterSpec): readonly number[] {
  return kind === 'linear' || kind === 'conv1d' ? [...shape].reverse() : shape;
}
