import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../lib/config/schema';
import { loadEngine } from '../../lib/engine/backend';
import { createSchedule } from '../../lib/model/noise-schedule';
import type { HostTensor } from '../../lib/model/parameters';
import { createRun, disposeRun, drawStep, evaluateStep, type Run, trainStep } from '../../lib/training/step';
import { smallBatch, smallConfig, smallWeights } from '../support/small-model';

beforeAll(() => loadEngine());

const plain = smallConfig();
const withEncoder = smallConfig({ model: { noFs2: false } });

function runOf(config: Config, weights: Map<string, HostTensor> = smallWeights(config)): Run {
  return createRun(config, createSchedule(config.model), weights);
}

/** Updates `from` … `to - 1` on batches that differ in shape; returns the losses. */
function update(run: Run, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => {
    const batch = smallBatch(run.config, i % 2 ? [9, 5] : [12], from + i);
    const { loss, gradNorm } = trainStep(run, batch, drawStep(3, from + i, batch, run.config));
    const value = loss.dataSync()[0]!;
    tf.dispose([loss, gradNorm]);
    return value;
  });
}

function snapshot(run: Run): Map<string, HostTensor> {
  return new Map(
    [...run.weights].map(([name, w]) => [name, { shape: w.shape, data: w.dataSync<'float32'>().slice() }]),
  );
}

describe.each([
  ['without encoder', plain],
  ['with encoder and dropout', withEncoder],
])('trainStep %s', (_name, config) => {
  it('changes every trained parameter', () => {
    const run = runOf(config);
    const before = snapshot(run);
    update(run, 0, 1);
    for (const [name, { data }] of snapshot(run)) expect(data, name).not.toEqual(before.get(name)!.data);
    disposeRun(run);
  });

  it('resumes bit for bit', () => {
    const straight = runOf(config);
    const losses = update(straight, 0, 6);
    const first = runOf(config);
    update(first, 0, 2);
    const second = runOf(config, snapshot(first));
    second.optimizer.load(first.optimizer.state());
    expect(update(second, 2, 6)).toEqual(losses.slice(2));
    expect(snapshot(second)).toEqual(snapshot(straight));
    for (const run of [straight, first, second]) disposeRun(run);
  });

  it('neither leaks nor grows', () => {
    const empty = tf.memory().numTensors;
    const run = runOf(config);
    const before = tf.memory();
    update(run, 0, 4);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    disposeRun(run);
    expect(tf.memory().numTensors).toBe(empty);
  });
});

describe('a run', () => {
  it('learns one batch by heart', () => {
    const run = runOf(smallConfig({ training: { learningRate: 5e-3 } }));
    const batch = smallBatch(run.config, [12]);
    const draws = drawStep(3, 0, batch, run.config);
    const loss = (): number => tf.tidy(() => evaluateStep(run, batch, draws).dataSync()[0]!);
    const before = loss();
    for (let i = 0; i < 60; i++) tf.dispose([...Object.values(trainStep(run, batch, draws))]);
    expect(loss()).toBeLessThan(before / 2);
    disposeRun(run);
  });

  it('evaluates without dropout and without changing anything', () => {
    const run = runOf(withEncoder);
    const batch = smallBatch(run.config, [9, 5]);
    const draws = drawStep(3, 0, batch, run.config);
    const before = snapshot(run);
    const [a, b] = [evaluateStep(run, batch, draws), evaluateStep(run, batch, { ...draws, update: 9 })];
    expect(a.dataSync()).toEqual(b.dataSync());
    expect(snapshot(run)).toEqual(before);
    tf.dispose([a, b]);
    disposeRun(run);
  });

  it('needs every trained weight', () => {
    const weights = smallWeights(plain);
    weights.delete('denoise_fn.mlp.0.bias');
    expect(() => runOf(plain, weights)).toThrow(/denoise_fn\.mlp\.0\.bias/);
  });
});

describe('drawStep', () => {
  const batch = smallBatch(plain, [30, 20, 10]);

  it('draws one step below kStep per item and noise for every element, by seed and update only', () => {
    const config = smallConfig({ model: { kStep: 7 } });
    const draws = Array.from({ length: 50 }, (_, i) => drawStep(3, i, batch, config));
    const steps = new Set(draws.flatMap(({ t }) => [...t]));
    expect([...steps].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(draws[0]!.t).toHaveLength(3);
    expect(draws[0]!.noise).toHaveLength(3 * 30 * plain.model.melBins);
    expect(drawStep(3, 4, batch, config)).toEqual(draws[4]);
    expect(drawStep(4, 4, batch, config).noise).not.toEqual(draws[4]!.noise);
  });
});
