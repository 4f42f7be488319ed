import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTorchFile } from '../../lib/checkpoint/torch-file';
import { createHubertSoft, type HubertSoft } from '../../lib/encoder/hubert-soft/hubert-soft';
import { type HostTensor, hubertKey, hubertState } from '../../lib/encoder/hubert-soft/keys';
import { gelu } from '../../lib/encoder/hubert-soft/layers';
import { foldTapNorm } from '../../lib/encoder/hubert-soft/weights';
import { loadEngine } from '../../lib/engine/backend';
import { openFixture } from '../parity/fixtures';
import { tensorsUnder } from '../parity/tensors';

const fixture = openFixture(resolve(__dirname, '../golden'), 'hubert.safetensors');
const state = tensorsUnder(fixture, 'w/');
const options = { heads: fixture.config.heads as number, id: 'reduced' };

beforeAll(() => loadEngine());

describe('names of weights', () => {
  it.each([
    ['norm.weight', 'norm.weight'],
    ['module.norm.weight', 'norm.weight'],
    ['hubert.module.proj.bias', 'proj.bias'],
    ['positional_embedding.conv.parametrizations.weight.original0', 'positional_embedding.conv.weight_g'],
    [
      'module.positional_embedding.conv.parametrizations.weight.original1',
      'positional_embedding.conv.weight_v',
    ],
  ])('%s is %s', (name, reference) => {
    expect(hubertKey(name)).toBe(reference);
  });

  it('finds the same tensors in every layout', () => {
    const modern = (name: string): string =>
      name
        .replace('conv.weight_g', 'conv.parametrizations.weight.original0')
        .replace('conv.weight_v', 'conv.parametrizations.weight.original1');
    const prefixed = new Map([...state].map(([name, tensor]) => [`module.${modern(name)}`, tensor]));
    for (const tree of [state, prefixed, Object.fromEntries(state), new Map([['hubert', prefixed]])]) {
      expect(hubertState(tree)).toEqual(state);
    }
    const v02 = { hubert: Object.fromEntries(prefixed), step: 3, optimizer: { lr: 1 } };
    expect(hubertState(v02)).toEqual(state);
  });
});

describe('files', () => {
  it.each(['hubert_soft_flat.pt', 'hubert_soft_v02.pt'])(
    '%s holds the tensors of the fixture',
    async (name) => {
      const root = await readTorchFile(resolve(__dirname, '../golden/checkpoints', name));
      expect(hubertState(root as Map<unknown, unknown>)).toEqual(state);
    },
  );
});

describe('parts', () => {
  it('has the exact GELU: x times the normal distribution function', () => {
    // Φ(1), Φ(-2), Φ(0.5) from tables of the normal distribution
    const expected = [0.8413447461, -2 * 0.0227501319, 0, 0.5 * 0.6914624613];
    gelu(tf.tensor1d([1, -2, 0, 0.5]))
      .dataSync()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 6);
      });
  });

  it('folds weight norm per kernel tap: the norm of every tap becomes its gain', () => {
    const gain = { shape: [1, 1, 2], data: Float32Array.of(3, 0.5) };
    const direction = { shape: [2, 2, 2], data: Float32Array.of(1, 2, -3, 4, 5, 6, 7, -8) };
    const { data } = foldTapNorm(gain, direction);
    expect(Math.hypot(data[0]!, data[2]!, data[4]!, data[6]!)).toBeCloseTo(3, 5);
    expect(Math.hypot(data[1]!, data[3]!, data[5]!, data[7]!)).toBeCloseTo(0.5, 6);
    expect(data[2]! / data[0]!).toBeCloseTo(-3, 5);
  });
});

describe('encoder', () => {
  let encoder: HubertSoft;
  beforeAll(() => {
    encoder = createHubertSoft(state, options);
  });
  afterAll(() => encoder.dispose());

  const noise = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => 0.3 * Math.sin(i * i * 0.001));

  it.each([320, 639, 640, 5000, 15999])('gives floor(N / 320) units for N = %i', async (length) => {
    const profile = await encoder.profile([]);
    const units = await encoder.units({ samples: noise(length), sampleRate: 16000 }, profile);
    expect(units.matrix.frames).toBe(Math.floor(length / 320));
    expect(units.matrix.width).toBe(encoder.unitSize);
    expect(units.matrix.data.every(Number.isFinite)).toBe(true);
  });

  it('places units in the middle of what they see', async () => {
    const kernels = [10, 3, 3, 3, 3, 2, 2];
    const strides = [5, 2, 2, 2, 2, 2, 2];
    let [field, hop] = [1, 1];
    kernels.forEach((kernel, i) => {
      field += (kernel - 1) * hop;
      hop *= strides[i]!;
    });
    const units = await encoder.units({ samples: noise(1000), sampleRate: 16000 }, await encoder.profile([]));
    expect(units.hopSeconds).toBeCloseTo(hop / 16000, 12);
    expect(units.firstCentreSeconds).toBeCloseTo((field / 2 - 40) / 16000, 12);
  });

  it('resamples other rates', async () => {
    const audio = { samples: noise(44100), sampleRate: 44100 };
    expect((await encoder.units(audio, await encoder.profile([]))).matrix.frames).toBe(50);
  });

  it('leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    const other = createHubertSoft(state, options);
    const held = tf.memory().numTensors;
    await other.units({ samples: noise(3200), sampleRate: 16000 }, await other.profile([]));
    expect(tf.memory().numTensors).toBe(held);
    other.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses audio shorter than a unit', async () => {
    const short = { samples: noise(319), sampleRate: 16000 };
    await expect(encoder.units(short, await encoder.profile([]))).rejects.toMatchObject({
      code: 'audio-too-short',
    });
  });

  it('refuses weights of another network, and leaves nothing of them', () => {
    const before = tf.memory().numTensors;
    const without = (name: string): Map<string, HostTensor> => {
      const rest = new Map(state);
      rest.delete(name);
      return rest;
    };
    for (const name of ['proj.weight', 'norm.bias', 'positional_embedding.conv.weight_g']) {
      expect(() => createHubertSoft(without(name), options)).toThrowError(name);
    }
    expect(() => createHubertSoft(state, { ...options, heads: 5 })).toThrowError(/heads/);
    expect(tf.memory().numTensors).toBe(before);
  });
});
