import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FrameMatrix } from '../../lib/audio/audio';
import type { Config } from '../../lib/config/schema';
import { loadEngine } from '../../lib/engine/backend';
import { compileProgram } from '../../lib/engine/compile/program';
import { createCompiledSampler } from '../../lib/inference/compiled-sampler';
import { createMelSampler } from '../../lib/inference/mel-sampler';
import type { MelSampler, SampleRequest } from '../../lib/inference/voice';
import { initialWeights } from '../../lib/model/initial-weights';
import type { HostTensor } from '../../lib/model/parameters';
import { Philox, streams } from '../../lib/random/philox';
import { smallBatch, smallConfig } from '../support/small-model';

beforeAll(() => loadEngine());

function configOf(
  inference: Partial<Config['inference']>,
  more: Parameters<typeof smallConfig>[0] = {},
): Config {
  const config = smallConfig(more);
  return { ...config, inference: { ...config.inference, ...inference } };
}

function weightsOf(config: Config): Map<string, HostTensor> {
  const weights = initialWeights(config.model, 1);
  const output = weights.get('denoise_fn.output_projection.weight')!;
  output.data.set(new Philox(1, streams.init, 999).normals(output.data.length).map((v) => 0.3 * v));
  return weights;
}

function requestOf(config: Config, frames: number, more: Partial<SampleRequest> = {}): SampleRequest {
  const batch = smallBatch(config, [frames], frames);
  const units = { data: batch.unitData, frames: batch.units, width: config.model.hiddenSize };
  return {
    condition: { units, mel2ph: batch.mel2ph, f0Log2: batch.f0Log2 },
    seed: 5,
    index: 2,
    onStep: () => {},
    signal: new AbortController().signal,
    ...more,
  };
}

/** The mel of one slice. */
async function one(sampler: MelSampler, request: SampleRequest): Promise<FrameMatrix> {
  const [mel] = await sampler.sample([request]);
  return mel!;
}

function compiled(config: Config): MelSampler {
  return createCompiledSampler(config, weightsOf(config), { compile: compileProgram, precision: 'f32' });
}

/** Greatest difference, as a share of the eager result's range. */
function difference(a: FrameMatrix, b: FrameMatrix): number {
  expect([a.frames, a.width]).toEqual([b.frames, b.width]);
  const range = Math.max(...b.data) - Math.min(...b.data);
  return Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!))) / range;
}

describe.each<[string, Config]>([
  ['plms', configOf({ sampler: 'plms', speedup: 30 })],
  ['ddim', configOf({ sampler: 'ddim', speedup: 90 })],
  ['ddpm', configOf({ sampler: 'ddpm' }, { model: { timesteps: 40, kStep: 40 } })],
  ['plms of the reference', configOf({ sampler: 'plms', speedup: 100 }, { compat: { plms: true } })],
  ['a net that predicts the mel', configOf({ sampler: 'plms', speedup: 70 }, { model: { output: 'x0' } })],
  ['an encoder', configOf({ sampler: 'plms', speedup: 200 }, { model: { noFs2: false } })],
  ['one move', configOf({ sampler: 'plms', speedup: 999 }, { model: { kStep: 900 } })],
])('compiled and eager, %s', (_name, config) => {
  it('agree on slices that fit a compiled length and on slices that are filled up to one', async () => {
    const eager = createMelSampler(config, weightsOf(config));
    const graph = compiled(config);
    for (const frames of [16, 21]) {
      const steps: number[][] = [[], []];
      const at = (i: number) => ({
        onStep: (done: number, total: number) => void steps[i]!.push(done, total),
      });
      const expected = await one(eager, requestOf(config, frames, at(0)));
      const actual = await one(graph, requestOf(config, frames, at(1)));
      expect(difference(actual, expected)).toBeLessThan(1e-4);
      expect(steps[1]!.slice(-2)).toEqual(steps[0]!.slice(-2));
    }
    eager.dispose();
    graph.dispose();
  });

  it('agree on slices that are sampled together, whatever the others are', async () => {
    const eager = createMelSampler(config, weightsOf(config));
    const graph = compiled(config);
    const seen: number[][] = [[], []];
    const requests = [21, 19].map((frames, i) =>
      requestOf(config, frames, { index: 7 + i, onStep: (done) => void seen[i]!.push(done) }),
    );
    const expected = await eager.sample(requests);
    for (const calls of seen) calls.length = 0;
    const actual = await graph.sample(requests);
    expected.forEach((mel, i) => {
      expect(difference(actual[i]!, mel)).toBeLessThan(1e-4);
    });
    expect(seen[0]!.length).toBeGreaterThan(0);
    expect(seen[1]!.at(-1)).toBe(seen[0]!.at(-1));
    eager.dispose();
    graph.dispose();
  });
});

describe('a compiled sampler', () => {
  const config = configOf({ sampler: 'plms', speedup: 20 });

  it('stops between calls when cancelled, and frees everything', async () => {
    const graph = compiled(config);
    await one(graph, requestOf(config, 16));
    const before = tf.memory().numTensors;
    await one(graph, requestOf(config, 16));
    expect(tf.memory().numTensors).toBe(before);
    const stop = new AbortController();
    const seen: number[] = [];
    const onStep = (done: number): void => {
      seen.push(done);
      if (seen.length === 3) stop.abort(new Error('enough'));
    };
    await expect(one(graph, requestOf(config, 16, { onStep, signal: stop.signal }))).rejects.toThrow(
      'enough',
    );
    expect(seen).toEqual([1, 6, 11]);
    expect(tf.memory().numTensors).toBe(before);
    graph.dispose();
  });

  it('rounds little with bfloat16', async () => {
    const exact = compiled(config);
    const rounded = createCompiledSampler(config, weightsOf(config), {
      compile: compileProgram,
      precision: 'bf16',
    });
    const [a, b] = [await one(rounded, requestOf(config, 21)), await one(exact, requestOf(config, 21))];
    expect(difference(a, b)).toBeGreaterThan(0);
    expect(difference(a, b)).toBeLessThan(0.05);
    exact.dispose();
    rounded.dispose();
  });
});
