import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClipFeatures } from '../../lib/data/clip-features';
import { type FeatureInputs, featureKey, hashOf, openFeatureCache } from '../../lib/data/feature-cache';
import { smallConfig } from './synthetic';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'feature-cache-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const features: ClipFeatures = {
  mel: { data: Float32Array.of(-5, -4.25, 0.1, 1e-30, 3, 4), frames: 3, width: 2 },
  units: {
    matrix: { data: Float32Array.of(1, 2, 3), frames: 1, width: 3 },
    hopSeconds: 1 / 3,
    firstCentreSeconds: 0.0123456789,
  },
  f0Hz: Float32Array.of(0, 220.5, 0),
};
const inputs: FeatureInputs = {
  clipHash: 'c',
  audio: smallConfig.audio,
  encoderId: 'e',
  pitchId: 'p',
  profileHash: 'h',
};

describe('featureKey', () => {
  it('changes with everything that matters', () => {
    const keys = [
      inputs,
      { ...inputs, clipHash: 'd' },
      { ...inputs, encoderId: 'x' },
      { ...inputs, pitchId: 'x' },
      { ...inputs, profileHash: 'x' },
      ...Object.entries(inputs.audio).map(([name, value]) => ({
        ...inputs,
        audio: { ...inputs.audio, [name]: value + 1 },
      })),
    ].map(featureKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('does not change with the order of writing', () => {
    expect(hashOf({ a: [1, { x: 1, y: 2 }], b: 2 })).toBe(hashOf({ b: 2, a: [1, { y: 2, x: 1 }] }));
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
  });
});

describe('feature cache', () => {
  const key = featureKey(inputs);

  it('gives back bit for bit what was put', async () => {
    const cache = openFeatureCache(dir, () => undefined);
    expect(await cache.get(key)).toBeNull();
    await cache.put(key, features);
    expect(await cache.get(key)).toEqual(features);
  });

  it('notices a changed bit anywhere, and says so', async () => {
    const notices: string[] = [];
    const cache = openFeatureCache(dir, (text) => notices.push(text));
    await cache.put(key, features);
    const path = join(dir, readdirSync(dir)[0]!);
    const whole = readFileSync(path);
    const step = 7;
    let damages = 0;
    for (let at = 0; at < whole.length; at += step) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1 << (at % 8);
      writeFileSync(path, damaged);
      const got = await cache.get(key);
      if (got === null) damages++;
      else expect(got).toEqual(features); // padding was hit
    }
    expect(notices).toHaveLength(damages);
    expect(damages).toBeGreaterThan(30);
    writeFileSync(path, whole.subarray(0, whole.length - 1));
    expect(await cache.get(key)).toBeNull();
  });

  it('drops what is not wanted any more, and only that', async () => {
    const cache = openFeatureCache(dir, () => undefined);
    const other = featureKey({ ...inputs, clipHash: 'other' });
    await cache.put(key, features);
    await cache.put(other, features);
    writeFileSync(join(dir, 'profile.json'), '{}');
    cache.keepOnly([key]);
    expect(readdirSync(dir).sort()).toEqual([`${key}.safetensors`, 'profile.json'].sort());
  });
});
