/** The compiled network, which sees signals filled up with zeros, against the one that sees them as they are. */
import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FrameMatrix } from '../../lib/audio/audio';
import { createHubertSoft } from '../../lib/encoder/hubert-soft/hubert-soft';
import { paddedSamples, unitsOf, unitsToHold } from '../../lib/encoder/hubert-soft/padded';
import { loadEngine } from '../../lib/engine/backend';
import { compileProgram } from '../../lib/engine/compile/program';
import { Philox, streams } from '../../lib/random/philox';
import type { Precision, ProgramStats } from '../../lib/tensor/program';
import { openFixture } from '../parity/fixtures';
import { tensorsUnder } from '../parity/tensors';

const fixture = openFixture(resolve(__dirname, '../golden'), 'hubert.safetensors');
const state = tensorsUnder(fixture, 'w/');
const options = { heads: fixture.config.heads as number, id: 'reduced' };
const compiled = (precision: Precision, onCompiled: (stats: ProgramStats) => void = () => {}) =>
  createHubertSoft(state, { ...options, compiled: { compile: compileProgram, precision, onCompiled } });

beforeAll(() => loadEngine());

const wav = (length: number): Float32Array =>
  new Philox(3, streams.noise, length).normals(length).map((v, i) => 0.1 * v + 0.3 * Math.sin(i / 20) + 0.05);

async function units(
  encoder: ReturnType<typeof createHubertSoft>,
  samples: Float32Array,
): Promise<FrameMatrix> {
  const found = await encoder.units({ samples, sampleRate: 16000 }, await encoder.profile([]));
  return found.matrix;
}

function worst(a: FrameMatrix, b: FrameMatrix): number {
  expect([a.frames, a.width]).toEqual([b.frames, b.width]);
  return Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));
}

describe('lengths', () => {
  it('hold every sample, and no more units than needed', () => {
    for (let samples = 400; samples < 3000; samples++) {
      const held = unitsToHold(samples);
      expect(paddedSamples(held)).toBeGreaterThanOrEqual(samples);
      if (held > 1) expect(paddedSamples(held - 1)).toBeLessThan(samples);
      expect(unitsOf(paddedSamples(held))).toBe(held);
      expect(unitsOf(samples)).toBeLessThanOrEqual(held);
    }
  });
});

describe('the compiled network', () => {
  // 320: one unit; 640 + 319: what no unit sees still counts in the first norm
  it.each([320, 959, 5000, 16000, 21237])('is that of single operations for %i samples', async (length) => {
    const [eager, graph] = [createHubertSoft(state, options), compiled('f32')];
    const signal = wav(length);
    const [expected, found] = [await units(eager, signal), await units(graph, signal)];
    expect(found.frames).toBe(Math.floor(length / 320));
    expect(worst(found, expected)).toBeLessThan(2e-5);
    eager.dispose();
    graph.dispose();
  });

  it('is that of the reference', async () => {
    const graph = compiled('f32');
    const found = await units(graph, fixture.data('wav'));
    expect([found.frames, found.width]).toEqual(fixture.shape('units').slice(-2));
    expect(worst(found, { ...found, data: fixture.data('units') })).toBeLessThan(2e-5);
    graph.dispose();
  });

  it('is compiled once for lengths that are filled up to the same, carries its weights on, and frees everything', async () => {
    const before = tf.memory().numTensors;
    let compilations = 0;
    const graph = compiled('f32', () => compilations++);
    const first = await units(graph, wav(16000));
    await units(graph, wav(15900));
    expect(compilations).toBe(1);
    await units(graph, wav(40000));
    expect(compilations).toBe(2);
    expect(await units(graph, wav(16000))).toEqual(first);
    graph.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('rounds little with bfloat16', async () => {
    const [exact, rounded] = [compiled('f32'), compiled('bf16')];
    const [a, b] = [await units(exact, wav(16000)), await units(rounded, wav(16000))];
    const energy = a.data.reduce((sum, v) => sum + v * v, 0);
    const error = a.data.reduce((sum, v, i) => sum + (v - b.data[i]!) ** 2, 0);
    expect(error).toBeGreaterThan(0);
    // eight bits and a dozen layers: an error of some percent
    expect(Math.sqrt(error / energy)).toBeLessThan(0.05);
    exact.dispose();
    rounded.dispose();
  });
});
