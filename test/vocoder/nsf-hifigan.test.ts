import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTorchFile } from '../../lib/checkpoint/torch-file';
import { audioSchema } from '../../lib/config/schema';
import { loadEngine } from '../../lib/engine/backend';
import { Philox, streams } from '../../lib/random/philox';
import { parseNsfConfig } from '../../lib/vocoder/nsf-hifigan/config';
import { foldWeightNorm } from '../../lib/vocoder/nsf-hifigan/fold';
import { createNsfHifigan } from '../../lib/vocoder/nsf-hifigan/nsf-hifigan';
import { type SourceDraws, seededDraws, sineGenerator } from '../../lib/vocoder/nsf-hifigan/source';
import { generatorState, type HostTensor } from '../../lib/vocoder/nsf-hifigan/state';
import { openFixture } from '../parity/fixtures';
import { tensorsUnder } from '../parity/tensors';
import { audio, even, published, randomState, small } from './nsf-example';

beforeAll(() => loadEngine());

describe('file', () => {
  it('holds the generator under its name', async () => {
    const root = await readTorchFile(resolve(__dirname, '../golden/checkpoints/nsf_hifigan/model'));
    const fixture = openFixture(resolve(__dirname, '../golden'), 'nsf_hifigan.safetensors');
    expect(generatorState(root)).toEqual(tensorsUnder(fixture, 'w/'));
  });

  it('is refused if it holds something else', () => {
    expect(() => generatorState(new Map([['state_dict', new Map()]]))).toThrowError(/generator/);
  });
});

describe('weight norm', () => {
  it('gives every row of the first axis its gain as norm', () => {
    const gain = { shape: [2, 1, 1], data: Float32Array.of(2, 0.25) };
    const direction = { shape: [2, 1, 3], data: Float32Array.of(1, 2, 2, -4, 0, 3) };
    const { data } = foldWeightNorm(gain, direction);
    const expected = [2 / 3, 4 / 3, 4 / 3, -0.2, 0, 0.15];
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });
});

/** One harmonic of the sine generator without noise. */
function harmonicSine(
  f0Hz: Float32Array,
  harmonic: number,
  phase: number,
  hopSize: number,
  sampleRate: number,
): Float32Array {
  const phases = new Float32Array(9).fill(phase);
  const draws: SourceDraws = { phases, noise: () => new Float32Array(hopSize * phases.length) };
  return sineGenerator(f0Hz, { draws, hopSize, sampleRate }).filter((_, i) => i % 9 === harmonic - 1);
}

describe('source', () => {
  it('keeps its phase over a minute', () => {
    const [hop, rate, hz, harmonic] = [512, 44100, 1046.5, 9];
    const frames = Math.ceil((60 * rate) / hop);
    const sine = harmonicSine(new Float32Array(frames).fill(hz), harmonic, 0, hop, rate);
    // The increment is defined in float32; the sum of equal increments has a closed form.
    const increment = Math.fround(Math.fround(hz * harmonic) / rate);
    for (let n = sine.length - 500; n < sine.length; n++) {
      const cycles = (increment * (n + 1)) % 1;
      expect(Math.abs(sine[n]! - 0.1 * Math.sin(2 * Math.PI * cycles))).toBeLessThan(1e-4);
    }
  });

  it('starts after its first increment, at the phase given', () => {
    const sine = harmonicSine(Float32Array.of(441), 2, 0.25, 4, 44100);
    expect(sine[0]).toBeCloseTo(0.1 * Math.sin(2 * Math.PI * (0.25 + 0.02)), 6);
  });

  it('is silent where unvoiced but for noise of a third of its amplitude', () => {
    const [frames, hop] = [40, 256];
    const draws = seededDraws(3, 9, hop);
    const unvoiced = sineGenerator(new Float32Array(frames), { draws, hopSize: hop, sampleRate: 44100 });
    const deviation = Math.sqrt(unvoiced.reduce((sum, v) => sum + v * v, 0) / unvoiced.length);
    expect(deviation).toBeCloseTo(0.1 / 3, 3);
  });

  it('draws the same for the same seed and frame, in any order', () => {
    const [one, two] = [seededDraws(5, 9, 8), seededDraws(5, 9, 8)];
    const later = two.noise(7);
    expect(one.noise(3)).toEqual(two.noise(3));
    expect(one.noise(7)).toEqual(later);
    expect(one.phases).toEqual(two.phases);
    expect(seededDraws(6, 9, 8).noise(3)).not.toEqual(one.noise(3));
  });
});

describe('config.json', () => {
  it('reads the published one', () => {
    expect(parseNsfConfig(published)).toMatchObject({ sampleRate: 44100, hopSize: 512, resblock: '1' });
  });

  it.each([
    ['without an entry', { ...published, upsample_rates: undefined }, /upsample_rates/],
    ['whose rates do not give the hop', { ...published, hop_size: 256 }, /hop_size is 256/],
    [
      'with a kernel that does not fit its rate',
      { ...published, upsample_kernel_sizes: [15, 16, 4, 4, 4] },
      /kernel 15/,
    ],
    ['with a noise convolution that has no middle', small, /odd/],
    ['with channels that run out', { ...published, upsample_initial_channel: 16 }, /16 channels/],
    ['with an even residual kernel', { ...published, resblock_kernel_sizes: [3, 4, 11] }, /even/],
  ])('refuses one %s', (_what, json, message) => {
    expect(() => parseNsfConfig(json)).toThrowError(message);
  });

  it('refuses the pitch-controllable releases by name', () => {
    expect(() => parseNsfConfig({ ...published, mini_nsf: true })).toThrowError(/mini_nsf.*2025\.02/);
    expect(parseNsfConfig({ ...published, mini_nsf: false })).toEqual(parseNsfConfig(published));
  });

  it('refuses a vocoder of another mel, naming every difference', () => {
    const other = audioSchema.parse({ melBins: 5, hopSize: 32, fmaxHz: 12000 });
    expect(() => createNsfHifigan(randomState(), parseNsfConfig(even), other, 'x')).toThrowError(
      /hopSize 16 \(voice: 32\), fmaxHz 16000 \(voice: 12000\)/,
    );
  });
});

describe('vocoder', () => {
  const config = parseNsfConfig(even);
  const frames = 7;
  const input = {
    mel: { data: new Philox(2, streams.noise).normals(frames * 5), frames, width: 5 },
    f0Hz: Float32Array.of(0, 220, 221, 230, 0, 0, 500),
  };

  it('sings T * hopSize samples that depend on the seed only, and leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    const vocoder = createNsfHifigan(randomState(), config, audio, 'x');
    const wav = await vocoder.synthesize({ ...input, seed: 1 });
    const held = tf.memory().numTensors;
    expect(wav.length).toBe(frames * vocoder.hopSize);
    expect(wav.every((v) => Math.abs(v) < 1)).toBe(true);
    expect(await vocoder.synthesize({ ...input, seed: 1 })).toEqual(wav);
    expect(await vocoder.synthesize({ ...input, seed: 2 })).not.toEqual(wav);
    expect(tf.memory().numTensors).toBe(held);
    vocoder.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes the newer names of weight norm, and weights without it', async () => {
    const modern = new Map(
      [...randomState()].map(([name, tensor]) => [
        name
          .replace('.weight_g', '.parametrizations.weight.original0')
          .replace('.weight_v', '.parametrizations.weight.original1'),
        tensor,
      ]),
    );
    const folded = new Map(
      [...randomState()].flatMap(([name, tensor], _i, all): [string, HostTensor][] => {
        if (name.endsWith('.weight_g')) return [];
        if (!name.endsWith('.weight_v')) return [[name, tensor]];
        const gain = new Map(all).get(name.replace('weight_v', 'weight_g'))!;
        return [[name.replace('weight_v', 'weight'), foldWeightNorm(gain, tensor)]];
      }),
    );
    const wavs = [];
    for (const state of [randomState(), modern, folded]) {
      const vocoder = createNsfHifigan(state, config, audio, 'x');
      wavs.push(await vocoder.synthesize({ ...input, seed: 1 }));
      vocoder.dispose();
    }
    expect(wavs[1]).toEqual(wavs[0]);
    expect(wavs[2]).toEqual(wavs[0]);
  });

  it('refuses weights that do not fit the configuration, and leaves nothing of them', () => {
    const before = tf.memory().numTensors;
    const state = randomState();
    state.set('ups.1.bias', { shape: [3], data: new Float32Array(3) });
    expect(() => createNsfHifigan(state, config, audio, 'x')).toThrowError(/ups\.1\.bias \[4\], got \[3\]/);
    state.delete('ups.1.bias');
    expect(() => createNsfHifigan(state, config, audio, 'x')).toThrowError(/ups\.1\.bias/);
    expect(tf.memory().numTensors).toBe(before);
  });
});
