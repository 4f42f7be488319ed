import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encoderOf } from '../../../lib/assembly/parts';
import { mergeConfig } from '../../../lib/config/load';
import { preset } from '../../../lib/config/presets';
import { createPhoneNetEncoder } from '../../../lib/encoder/phone-net/phone-net';
import { phoneNames } from '../../../lib/encoder-training/phones';
import { loadEngine } from '../../../lib/engine/backend';
import { Philox, streams } from '../../../lib/random/philox';
import { floatTensor } from '../../../lib/storage/safetensors';
import { fileOf, randomTensors } from './small-weights';

const noise = {
  samples: new Philox(5, streams.crop).normals(32_000).map((v) => 0.1 * v),
  sampleRate: 16_000,
};

beforeAll(async () => {
  await loadEngine();
});

describe('createPhoneNetEncoder', () => {
  const encoder = createPhoneNetEncoder(fileOf(randomTensors()), 'test');

  it('standardises a speaker by what is loud of them', async () => {
    const profile = await encoder.profile([noise]);
    const { matrix, hopSeconds, firstCentreSeconds } = await encoder.units(noise, profile);
    expect([matrix.frames, matrix.width]).toEqual([200, encoder.unitSize]);
    expect([hopSeconds, firstCentreSeconds]).toEqual([0.01, 0.01]);
    for (let c = 0; c < matrix.width; c++) {
      const column = Array.from({ length: 200 }, (_, u) => matrix.data[u * matrix.width + c]!);
      expect(Math.abs(column.reduce((a, b) => a + b, 0) / 200)).toBeLessThan(0.1);
      expect(Math.max(...column.map(Math.abs))).toBeLessThanOrEqual(4);
    }
  });

  it('gives posteriors that sum to 1', async () => {
    const { matrix } = await encoder.posteriors(noise);
    for (let u = 0; u < matrix.frames; u++) {
      const row = matrix.data.subarray(u * matrix.width, (u + 1) * matrix.width);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
  });

  it('is named after its weights', () => {
    const other = randomTensors();
    other.set('phones.bias', floatTensor([3], Float32Array.of(1, 2, 3)));
    expect(createPhoneNetEncoder(fileOf(other), 'test').id).not.toBe(encoder.id);
  });

  it('refuses files that hold something else', () => {
    const read = (bytes: Buffer) => () => createPhoneNetEncoder(bytes, 'x.safetensors');
    const lacking = randomTensors();
    lacking.delete('last.gain');
    const odd = randomTensors();
    odd.set('last.gain', floatTensor([2], new Float32Array(2)));
    const broken = randomTensors();
    broken.set('phones.bias', floatTensor([3], Float32Array.of(1, Number.NaN, 3)));
    expect(read(fileOf(lacking))).toThrow(/last\.gain is missing/);
    expect(read(fileOf(odd))).toThrow(/last\.gain is \[2\], not \[160\]/);
    expect(read(fileOf(broken))).toThrow(/phones\.bias is not finite/);
    expect(read(fileOf(randomTensors(), { format: 'other' }))).toThrow(/its format is other/);
    expect(read(fileOf(randomTensors()).subarray(0, 5000))).toThrow(/not a valid safetensors file/);
  });

  it('refuses the profile of other weights', async () => {
    const profile = { ...(await encoder.profile([noise])), encoder: 'phone-net-2:000000000000' };
    await expect(encoder.units(noise, profile)).rejects.toThrow(/Expected a speaker profile of/);
  });
});

describe('the shipped weights', () => {
  it('are what the name phone-net stands for', () => {
    const config = mergeConfig(preset('demo'), { features: { encoder: 'phone-net' } }, 'test');
    expect(encoderOf(config).id).toMatch(/^phone-net-2:/);
  });

  it('are float16, small, and name the phones of flite', () => {
    const file = join(__dirname, '../../../lib/encoder/phone-net/phone-net.safetensors');
    const bytes = readFileSync(file);
    const encoder = createPhoneNetEncoder(bytes, 'shipped');
    expect(bytes.length).toBeLessThan(1_500_000);
    expect(bytes.length).toBeLessThan(2.1 * encoder.parameters);
    expect(encoder.phones).toEqual(phoneNames);
  });
});
