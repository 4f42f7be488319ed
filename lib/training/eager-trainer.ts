/** A model in training, run operation by operation: works on every backend, and is the oracle for faster trainers. */
import type { Checkpoint, OptimizerState } from '../checkpoint/checkpoint';
import { toInternal, toTorch } from '../checkpoint/key-map';
import type { Config } from '../config/schema';
import type { Batch } from '../data/batch';
import { initialWeights } from '../model/initial-weights';
import { scheduleFromBuffers } from '../model/noise-schedule';
import { type HostTensor, parameterSpecs } from '../model/parameters';
import { learningRate } from './learning-rate';
import { createRun, disposeRun, drawStep, evaluateStep, type Run, trainStep } from './step';
import type { Trainer, TrainerState, UpdateMetrics } from './trainer';

/** Updates of validation draws are numbered from here, so that they never meet those of training. */
const validationUpdates = 2 ** 40;

/**
 * Puts a model and its optimiser onto the current backend.
 * @param start state to go on from; null = fresh weights by `config.training.seed`
 */
export function createEagerTrainer(config: Config, start: Checkpoint | null): Trainer {
  const host = start?.weights ?? initialWeights(config.model, config.training.seed);
  const run = createRun(config, scheduleFromBuffers(host), internalWeights(config, host));
  if (start?.optimizer) run.optimizer.load(internalMoments(config, start.optimizer));
  const { seed } = config.training;
  return {
    computation: 'eager',
    update: (batch, update) => metricsOf(trainStep(run, batch, drawStep(seed, update, batch, config))),
    validationLoss: (batch, index) => validationLoss(run, batch, index),
    state: () => Promise.resolve(stateOf(run, host)),
    dispose: () => disposeRun(run),
  };
}

function metricsOf(step: ReturnType<typeof trainStep>): UpdateMetrics {
  return {
    loss: () => step.loss.dataSync()[0]!,
    gradNorm: () => step.gradNorm.dataSync()[0]!,
    dispose: () => {
      step.loss.dispose();
      step.gradNorm.dispose();
    },
  };
}

function validationLoss(run: Run, batch: Batch, index: number): number {
  const draws = drawStep(run.config.training.seed, validationUpdates + index, batch, run.config);
  const loss = evaluateStep(run, batch, draws);
  const value = loss.dataSync()[0]!;
  loss.dispose();
  return value;
}

/** Trained parameters in our layout. */
function internalWeights(config: Config, host: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const trained = parameterSpecs(config.model).filter((spec) => spec.trained);
  return new Map(trained.map((spec) => [spec.name, toInternal(spec, host.get(spec.name)!)]));
}

function internalMoments(config: Config, optimizer: OptimizerState): Parameters<Run['optimizer']['load']>[0] {
  const moments = parameterSpecs(config.model).flatMap((spec) => {
    const pair = optimizer.moments.get(spec.name);
    if (pair === undefined) return [];
    const { expAvg, expAvgSq } = pair;
    return [[spec.name, { expAvg: toInternal(spec, expAvg), expAvgSq: toInternal(spec, expAvgSq) }] as const];
  });
  return { step: optimizer.step, moments: new Map(moments) };
}

/** @param host where buffers and dead weights stayed */
function stateOf(run: Run, host: ReadonlyMap<string, HostTensor>): TrainerState {
  const { training, compat } = run.config;
  const specs = new Map(parameterSpecs(run.config.model).map((spec) => [spec.name, spec]));
  const torch = (name: string, tensor: HostTensor): HostTensor => toTorch(specs.get(name)!, tensor);
  const weights = [...host].map(([name, tensor]): [string, HostTensor] => {
    const variable = run.weights.get(name);
    if (variable === undefined) return [name, tensor];
    return [name, torch(name, { shape: variable.shape, data: variable.dataSync<'float32'>() })];
  });
  const { step, moments } = run.optimizer.state();
  const optimizer: OptimizerState = {
    step,
    learningRate: learningRate(Math.max(0, step - 1), training, compat.training),
    initialLearningRate: training.learningRate,
    betas: training.betas,
    eps: training.eps,
    weightDecay: training.weightDecay,
    moments: new Map(
      [...moments].map(([name, pair]) => [
        name,
        { expAvg: torch(name, pair.expAvg), expAvgSq: torch(name, pair.expAvgSq) },
      ]),
    ),
  };
  return { weights: new Map(weights), optimizer };
}
