import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../../lib/engine/backend';
import { compileProgram } from '../../lib/engine/compile/program';
import { Philox, streams } from '../../lib/random/philox';
import type { Precision } from '../../lib/tensor/program';
import { parseNsfConfig } from '../../lib/vocoder/nsf-hifigan/config';
import { foldNsf } from '../../lib/vocoder/nsf-hifigan/fold';
import { compiledNetwork, eagerNetwork, type NsfNetwork } from '../../lib/vocoder/nsf-hifigan/network';
import { createNsfHifigan, type NsfHifigan } from '../../lib/vocoder/nsf-hifigan/nsf-hifigan';
import { mixHarmonics, sineGenerator } from '../../lib/vocoder/nsf-hifigan/source';
import type { VocoderInput } from '../../lib/vocoder/vocoder';
import { openFixture } from '../parity/fixtures';
import { zeroDraws } from '../parity/nsf-hifigan';
import { tensorsUnder } from '../parity/tensors';
import { audio, even, randomState } from './nsf-example';

beforeAll(() => loadEngine());

const config = parseNsfConfig(even);

function inputOf(frames: number): VocoderInput {
  const random = new Philox(3, streams.noise, frames);
  const f0Hz = Float32Array.from({ length: frames }, (_, t) => (t % 9 < 2 ? 0 : 200 + 3 * t));
  return {
    mel: { data: random.normals(frames * config.melBins), frames, width: config.melBins },
    f0Hz,
    seed: 7,
  };
}

function compiledWith(sizes: readonly number[], precision: Precision = 'f32'): NsfHifigan {
  return createNsfHifigan(randomState(), config, audio, 'x', { compile: compileProgram, precision, sizes });
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);
}

/** Error in dB against the signal. */
function errorDb(actual: Float32Array, expected: Float32Array): number {
  const power = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0);
  return 10 * Math.log10(power(actual.map((v, i) => v - expected[i]!)) / power(expected));
}

describe('compiled', () => {
  it('sings what the eager one sings, in one window and in several, and when the song is shorter than all', async () => {
    const eager = createNsfHifigan(randomState(), config, audio, 'x');
    const compiled = compiledWith([40, 24]);
    for (const frames of [1, 5, 23, 24, 37, 40, 41, 63, 150]) {
      const input = inputOf(frames);
      const [actual, expected] = [await compiled.synthesize(input), await eager.synthesize(input)];
      expect(expected.some((v) => v !== 0)).toBe(true);
      // Samples are within (-1, 1); float32 sums in another order.
      expect(largestDifference(actual, expected), `${frames} frames`).toBeLessThan(2e-6);
    }
    compiled.dispose();
    eager.dispose();
  });

  it('sings the same in windows as in one piece', async () => {
    const [whole, cut] = [compiledWith([150]), compiledWith([24, 40])];
    const input = inputOf(150);
    expect(largestDifference(await cut.synthesize(input), await whole.synthesize(input))).toBeLessThan(1e-6);
    whole.dispose();
    cut.dispose();
  });

  it('leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const vocoder = compiledWith([24]);
    const first = await vocoder.synthesize(inputOf(60));
    const held = tf.memory().numTensors;
    expect(await vocoder.synthesize(inputOf(60))).toEqual(first);
    expect(tf.memory().numTensors).toBe(held);
    vocoder.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells how far it is and stops when it is asked to', async () => {
    const vocoder = compiledWith([24]);
    const stop = new AbortController();
    const seen: number[] = [];
    const onProgress = (done: number, total: number): void => {
      expect(total).toBe(100);
      seen.push(done);
      if (seen.length === 2) stop.abort(new Error('enough'));
    };
    const song = vocoder.synthesize({ ...inputOf(100), onProgress, signal: stop.signal });
    await expect(song).rejects.toThrow('enough');
    expect(seen).toHaveLength(2);
    expect(seen[1]).toBeGreaterThan(seen[0]!);
    vocoder.dispose();
  });

  it('costs little in bfloat16', async () => {
    const [low, full] = [compiledWith([64], 'bf16'), compiledWith([64])];
    const input = inputOf(100);
    const error = errorDb(await low.synthesize(input), await full.synthesize(input));
    expect(error).toBeLessThan(-45);
    // Float32's own rounding, 2^-24, is at -144 dB.
    expect(error).toBeGreaterThan(-120);
    low.dispose();
    full.dispose();
  });
});

describe('the fixture of the reference', () => {
  it('is met by the compiled network', async () => {
    const fixture = openFixture(resolve(__dirname, '../golden'), 'nsf_hifigan.safetensors');
    const reference = parseNsfConfig(fixture.config);
    const folded = foldNsf(tensorsUnder(fixture, 'w/'), reference);
    const [, bins, frames] = fixture.shape('mel_ln') as [number, number, number];
    const melLn = tf.tidy(
      () => tf.tensor2d(fixture.data('mel_ln'), [bins, frames]).transpose().dataSync() as Float32Array,
    );
    const { hopSize, sampleRate } = reference;
    const draws = zeroDraws(folded.mix.weights.length, hopSize);
    const sines = sineGenerator(fixture.data('f0'), { draws, hopSize, sampleRate });
    const source = mixHarmonics(sines, folded.mix);
    const compiled = await compiledNetwork(folded, reference, {
      compile: compileProgram,
      precision: 'f32',
      sizes: [frames],
    });
    const eager = eagerNetwork(folded, reference);
    const run = (network: NsfNetwork): Promise<Float32Array> => network.run({ melLn, source, frames });
    const { atol } = fixture.entry.tensors!['zero/wav']!.tolerance!;
    expect(largestDifference(await run(compiled), fixture.data('zero/wav'))).toBeLessThan(atol);
    expect(largestDifference(await run(eager), fixture.data('zero/wav'))).toBeLessThan(atol);
    compiled.dispose();
    eager.dispose();
  });
});
