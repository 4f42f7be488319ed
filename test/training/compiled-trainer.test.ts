import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../lib/checkpoint/checkpoint';
import type { Config } from '../../lib/config/schema';
import type { Batch } from '../../lib/data/batch';
import { loadEngine } from '../../lib/engine/backend';
import { compileProgram } from '../../lib/engine/compile/program';
import { initialWeights } from '../../lib/model/initial-weights';
import { Philox, streams } from '../../lib/random/philox';
import type { Precision, ProgramStats } from '../../lib/tensor/program';
import { createTrainerWithFallback } from '../../lib/training/compiled-fallback';
import {
  type CompiledTrainerOptions,
  createCompiledTrainer,
  hostDraws,
} from '../../lib/training/compiled-trainer';
import { createEagerTrainer } from '../../lib/training/eager-trainer';
import type { Trainer, TrainerState } from '../../lib/training/trainer';
import { smallBatch, smallConfig } from '../support/small-model';

beforeAll(() => loadEngine());

/** A state in which every parameter has a gradient: a fresh output layer is zero. */
function startOf(config: Config): Checkpoint {
  const weights = initialWeights(config.model, 1);
  const output = weights.get('denoise_fn.output_projection.weight')!;
  output.data.set(new Philox(1, streams.init, 999).normals(output.data.length).map((v) => 0.3 * v));
  return { step: 0, epoch: 0, weights, optimizer: null, extra: null };
}

function compiled(
  config: Config,
  start: Checkpoint | null = startOf(config),
  options: Partial<CompiledTrainerOptions> = {},
): Trainer {
  return createCompiledTrainer(config, start, { compile: compileProgram, precision: 'f32', ...options });
}

const batches = (config: Config): Batch[] => [
  smallBatch(config, [12, 12], 1),
  smallBatch(config, [9, 5, 9], 2),
  smallBatch(config, [21, 17], 3),
];

/** Updates `from` … `to - 1`; losses and norms. */
async function train(trainer: Trainer, config: Config, from: number, to: number): Promise<number[][]> {
  const list = batches(config);
  const out: number[][] = [];
  for (let update = from; update < to; update++) {
    const batch = list[update % list.length]!;
    await trainer.prepare?.({ update: [batch] });
    const metrics = trainer.update(batch, update);
    out.push([metrics.loss(), metrics.gradNorm()]);
    metrics.dispose();
  }
  return out;
}

function worstDifference(a: TrainerState, b: TrainerState): number {
  let worst = 0;
  for (const [name, { data }] of a.weights) {
    const other = b.weights.get(name)!.data;
    data.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - other[i]!));
    });
  }
  return worst;
}

function checkpointOf(state: TrainerState, step: number): Checkpoint {
  return { ...state, step, epoch: 0, extra: null };
}

const noDropout = { fs2: { encLayers: 1, decLayers: 1, dropout: 0 } };

describe.each<[string, Config]>([
  ['masked loss', smallConfig()],
  ['the loss of the reference, which counts padding', smallConfig({ compat: { loss: true } })],
  [
    'L1, weight decay and cosine',
    smallConfig({ training: { loss: 'l1', weightDecay: 0.1, schedule: 'cosine' } }),
  ],
  ['a net that predicts the mel', smallConfig({ model: { output: 'x0' } })],
  ['an encoder', smallConfig({ model: { noFs2: false, ...noDropout } })],
])('compiled and eager, %s', (_name, config) => {
  it('agree in losses, norms and weights, also on batches that are filled up', async () => {
    const eager = createEagerTrainer(config, startOf(config));
    const graph = compiled(config, startOf(config), { draws: hostDraws(config) });
    await graph.prepare?.({ update: batches(config), validation: batches(config) });
    const [expected, actual] = [await train(eager, config, 0, 6), await train(graph, config, 0, 6)];
    expected.forEach(([loss, norm], i) => {
      expect(actual[i]![0]! / loss!).toBeCloseTo(1, 5);
      expect(actual[i]![1]! / norm!).toBeCloseTo(1, 4);
    });
    // Adam's first updates are steps of the learning rate whatever the gradient's size: rounding shows in gradients near 0.
    expect(worstDifference(await eager.state(), await graph.state())).toBeLessThan(2e-4);
    for (const [i, batch] of batches(config).entries()) {
      expect(graph.validationLoss(batch, i) / eager.validationLoss(batch, i)).toBeCloseTo(1, 3);
    }
    eager.dispose();
    graph.dispose();
  });
});

describe('two lanes', () => {
  it('agree with the eager trainer, and a resume is exact', async () => {
    const config = smallConfig({ model: { output: 'x0' } });
    const lanes = { lanes: 2, draws: hostDraws(config) };
    const eager = createEagerTrainer(config, startOf(config));
    const straight = compiled(config, startOf(config), lanes);
    const [expected, actual] = [await train(eager, config, 0, 6), await train(straight, config, 0, 6)];
    expected.forEach(([loss, norm], i) => {
      expect(actual[i]![0]! / loss!).toBeCloseTo(1, 5);
      expect(actual[i]![1]! / norm!).toBeCloseTo(1, 4);
    });
    const states = [await eager.state(), await straight.state()] as const;
    expect(worstDifference(...states)).toBeLessThan(2e-4);
    const first = compiled(config, startOf(config), lanes);
    await train(first, config, 0, 3);
    const second = compiled(config, checkpointOf(await first.state(), 3), lanes);
    expect(await train(second, config, 3, 6)).toEqual(actual.slice(3));
    expect(await second.state()).toEqual(states[1]);
    for (const trainer of [eager, straight, first, second]) trainer.dispose();
  });

  it('are what made a run', () => {
    const config = smallConfig();
    const trainer = compiled(config, null, { lanes: 2 });
    expect(trainer.computation).toBe('graph f32, 2 lanes');
    trainer.dispose();
  });
});

describe('resume', () => {
  it.each<Precision>(['f32', 'bf16', 'f16'])(
    'is exact with %s, whenever shapes were compiled',
    async (precision) => {
      const config = smallConfig({ model: { noFs2: false } });
      const start = startOf(config);
      const straight = compiled(config, start, { precision });
      await straight.prepare?.({ update: batches(config) });
      const losses = await train(straight, config, 0, 7);
      const first = compiled(config, start, { precision });
      const before = await train(first, config, 0, 4);
      const second = compiled(config, checkpointOf(await first.state(), 4), { precision });
      const after = await train(second, config, 4, 7);
      expect([...before, ...after]).toEqual(losses);
      expect(await second.state()).toEqual(await straight.state());
      for (const trainer of [straight, first, second]) trainer.dispose();
    },
  );

  it('has the form of the eager trainer, before and after the first update', async () => {
    const config = smallConfig();
    const eager = createEagerTrainer(config, null);
    const graph = compiled(config, null);
    expect(await graph.state()).toEqual(await eager.state());
    const shapes = ({ weights, optimizer }: TrainerState): unknown => [
      [...weights].map(([name, { shape }]) => [name, shape]),
      { ...optimizer, moments: [...optimizer.moments].map(([name, { expAvg }]) => [name, expAvg.shape]) },
    ];
    await train(eager, config, 0, 1);
    await train(graph, config, 0, 1);
    expect(shapes(await graph.state())).toEqual(shapes(await eager.state()));
    eager.dispose();
    graph.dispose();
  });
});

describe('draws', () => {
  it('depend on seed and update, and differ between training and validation', async () => {
    const config = smallConfig();
    const start = startOf(config);
    const batch = batches(config)[0]!;
    const lossAt = async (seed: number, update: number): Promise<number[]> => {
      const trainer = compiled({ ...config, training: { ...config.training, seed } }, start);
      await trainer.prepare?.({ update: [batch], validation: [batch] });
      const validation = trainer.validationLoss(batch, update);
      const metrics = trainer.update(batch, update);
      const both = [metrics.loss(), validation];
      metrics.dispose();
      trainer.dispose();
      return both;
    };
    const one = await lossAt(1, 5);
    expect(await lossAt(1, 5)).toEqual(one);
    expect(new Set([...one, ...(await lossAt(1, 6)), ...(await lossAt(2, 5))]).size).toBe(6);
  });
});

describe('float16', () => {
  it('leaves out an update whose gradients overflow and says so when nothing else comes', async () => {
    const config = smallConfig();
    const start = startOf(config);
    start.weights.get('denoise_fn.skip_projection.weight')!.data.fill(6e4);
    const trainer = compiled(config, start, { precision: 'f16' });
    const [[, norm]] = (await train(trainer, config, 0, 1)) as [[number, number]];
    expect(Number.isFinite(norm)).toBe(false);
    expect(worstDifference(await trainer.state(), { ...start, optimizer: null as never })).toBe(0);
    await expect(train(trainer, config, 1, 60)).rejects.toMatchObject({ code: 'float16-overflow' });
    trainer.dispose();
  });
});

describe('a compiled trainer', () => {
  it('neither leaks nor grows, and says what compiling cost', async () => {
    const config = smallConfig();
    const empty = tf.memory().numTensors;
    const stats: ProgramStats[] = [];
    const trainer = compiled(config, startOf(config), { onCompiled: (s) => stats.push(s) });
    await trainer.prepare?.({ update: batches(config) });
    await train(trainer, config, 0, 3);
    const before = tf.memory().numTensors;
    await train(trainer, config, 3, 12);
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(empty);
    expect(stats).toHaveLength(1);
    expect(stats[0]!.functions).toBe(3);
    expect(stats[0]!.nodes).toBeGreaterThan(100);
  });

  it('asks for prepare before a new shape', () => {
    const config = smallConfig();
    const trainer = compiled(config);
    expect(() => trainer.update(batches(config)[0]!, 0)).toThrow(/prepare/);
    trainer.dispose();
  });
});

describe('a trainer with fallback', () => {
  const refuse: CompiledTrainerOptions['compile'] = (spec) =>
    compileProgram({
      ...spec,
      functions: {
        f: {
          inputs: { x: { shape: [1], dtype: 'float32' } },
          fn: ({ x }) => ({ outputs: { y: x!.asinh() } }),
        },
      },
    });

  it('goes on like the eager trainer and says why', async () => {
    const config = smallConfig();
    const notices: string[] = [];
    const notice = (text: string): void => void notices.push(text);
    const options = { compile: refuse, precision: 'f32', notice } as const;
    const trainer = createTrainerWithFallback(config, startOf(config), options);
    const eager = createEagerTrainer(config, startOf(config));
    expect(await train(trainer, config, 0, 4)).toEqual(await train(eager, config, 0, 4));
    expect(await trainer.state()).toEqual(await eager.state());
    expect(trainer.computation).toBe('eager');
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/Asinh.*Supported/);
    trainer.dispose();
    eager.dispose();
  });

  it('is not what one gets unasked', async () => {
    const config = smallConfig();
    const trainer = compiled(config, startOf(config), { compile: refuse });
    await expect(trainer.prepare?.({ update: batches(config) })).rejects.toThrow(/Asinh.*Supported/);
    trainer.dispose();
  });
});
