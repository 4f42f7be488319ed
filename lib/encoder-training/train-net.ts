/** Trains the phone net on renderings, compiled. */
import * as tf from '@tensorflow/tfjs';
import type { OnProgress } from '../config/progress';
import { BANDS } from '../encoder/phone-net/front-end';
import { type WeightSpec, weightSpecs } from '../encoder/phone-net/network';
import type { HostTensor } from '../model/parameters';
import { Philox, streams } from '../random/philox';
import type { CompileProgram, InitialValue, ProgramFunction, TensorProgram } from '../tensor/program';
import { factorsInput, momentNames, traceUpdate, updateFactors } from '../training/compiled-update';
import { canonicalWidth, drawBatch, type PairBatch } from './batch';
import { headSpecs, type LossConfig, phoneNetLoss } from './loss';
import { phoneNames } from './phones';
import { FRAMES, type Renderings, UNITS } from './renderings';

/** How the net is trained. */
export interface NetPlan {
  readonly seed: number;
  readonly updates: number;
  /** pieces per update; each is there by two throats */
  readonly pieces: number;
  readonly learningRate: number;
  /** updates until the rate is reached; then it falls as a cosine */
  readonly warmup: number;
  readonly weightDecay: number;
  readonly loss: LossConfig;
}

const TAKES = 2;
const terms = ['total', 'phones', 'neighbours', 'canonical', 'pairs', 'adversary'] as const;

export interface NetOptions {
  readonly compile: CompileProgram;
  readonly precision: 'f32' | 'bf16';
  readonly progress: OnProgress;
  readonly signal: AbortSignal;
  /** told the terms of the loss every 50 updates */
  readonly onLoss?: (update: number, values: Readonly<Record<string, number>>) => void;
}

/** Weights to begin with: matrices of deviation 1 / sqrt(inputs). */
function freshWeights(specs: readonly WeightSpec[], seed: number): Map<string, HostTensor> {
  return new Map(
    specs.map(({ name, shape, fanIn, start }, i) => {
      const size = shape.reduce((a, b) => a * b, 1);
      if (fanIn === 0) return [name, { shape, data: new Float32Array(size).fill(start) }];
      const data = new Philox(seed, streams.init, i).normals(size).map((v) => v / Math.sqrt(fanIn));
      return [name, { shape, data }];
    }),
  );
}

function rate(plan: NetPlan, update: number): number {
  if (update < plan.warmup) return (plan.learningRate * (update + 1)) / plan.warmup;
  const done = (update - plan.warmup) / (plan.updates - plan.warmup);
  return plan.learningRate * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * done)));
}

/**
 * Trains from the beginning.
 * @returns weights of the net and of its training heads, by name
 * @throws the signal's reason when aborted
 */
export async function trainNet(
  renderings: Renderings,
  plan: NetPlan,
  options: NetOptions,
): Promise<Map<string, HostTensor>> {
  const heads = headSpecs(phoneNames.length, canonicalWidth(renderings), TAKES);
  const specs = [...weightSpecs(phoneNames.length), ...heads];
  const program = await compile(specs, canonicalWidth(renderings), plan, options);
  const adam = adamConfig(plan);
  try {
    for (let update = 0; update < plan.updates; update++) {
      const batch = drawBatch(renderings, plan.pieces, plan.seed, update);
      const factors = updateFactors(adam, update + 1, rate(plan, update));
      const losses = runUpdate(program, batch, factors, update % 50 === 49 || update === 0);
      if (losses) options.onLoss?.(update + 1, losses);
      if (update % 5 === 4) {
        options.progress({ label: 'phone net', done: update + 1, total: plan.updates, unit: 'updates' });
        await new Promise(setImmediate);
      }
      options.signal.throwIfAborted();
    }
    const values = program.read(specs.map(({ name }) => name));
    return new Map(specs.map(({ name, shape }) => [name, { shape, data: values.get(name)! }]));
  } finally {
    program.dispose();
  }
}

function adamConfig(plan: NetPlan): {
  betas: [number, number];
  eps: number;
  weightDecay: number;
  clipGradNorm: number;
} {
  return { betas: [0.9, 0.99], eps: 1e-8, weightDecay: plan.weightDecay, clipGradNorm: 1 };
}

function compile(
  specs: readonly WeightSpec[],
  width: number,
  plan: NetPlan,
  options: NetOptions,
): Promise<TensorProgram> {
  const fresh = freshWeights(specs, plan.seed);
  const variables = new Map<string, InitialValue>(fresh);
  for (const { name, shape } of specs) {
    variables.set(momentNames.expAvg(name), { shape });
    variables.set(momentNames.expAvgSq(name), { shape });
  }
  const names = specs.map(({ name }) => name);
  const update: ProgramFunction = {
    inputs: {
      features: { shape: [2 * plan.pieces, FRAMES, BANDS], dtype: 'float32' },
      labels: { shape: [3, plan.pieces, UNITS], dtype: 'int32' },
      canonical: { shape: [plan.pieces, UNITS, width], dtype: 'float32' },
      takes: { shape: [2 * plan.pieces], dtype: 'int32' },
      factors: factorsInput,
    },
    fn: (inputs, all) => {
      let shown: Record<string, tf.Tensor> = {};
      const { adam } = traceUpdate(
        adamConfig(plan),
        all,
        names,
        inputs.factors!,
        (weights) => {
          const input = inputs as unknown as Parameters<typeof phoneNetLoss>[1];
          const losses = phoneNetLoss(weights, input, plan.loss);
          shown = { ...losses };
          return losses.total;
        },
        { precision: options.precision, lossScale: 1 },
      );
      return { outputs: shown, adam };
    },
  };
  return options.compile({ variables, functions: { update }, precision: options.precision });
}

function runUpdate(
  program: TensorProgram,
  batch: PairBatch,
  factors: Float32Array,
  read: boolean,
): Record<string, number> | null {
  const { pieces } = batch;
  const inputs = {
    features: tf.tensor3d(batch.features, [2 * pieces, FRAMES, BANDS]),
    labels: tf.tensor3d(batch.labels, [3, pieces, UNITS], 'int32'),
    canonical: tf.tensor3d(batch.canonical, [pieces, UNITS, batch.canonical.length / pieces / UNITS]),
    takes: tf.tensor1d(batch.takes, 'int32'),
    factors: tf.tensor1d(factors),
  };
  const outputs = program.call('update', inputs);
  const values = read ? Object.fromEntries(terms.map((name) => [name, outputs[name]!.dataSync()[0]!])) : null;
  tf.dispose([inputs, outputs]);
  return values;
}
