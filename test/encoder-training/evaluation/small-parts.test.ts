import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Audio } from '../../../lib/audio/audio';
import { activeFrames } from '../../../lib/encoder-training/evaluation/active-frames';
import { bootstrapInterval } from '../../../lib/encoder-training/evaluation/bootstrap';
import { createCachedPitch } from '../../../lib/encoder-training/evaluation/cached-pitch';
import { editDistance } from '../../../lib/encoder-training/evaluation/edit-distance';
import { scoreIntelligibility } from '../../../lib/encoder-training/evaluation/intelligibility';
import { measureStability } from '../../../lib/encoder-training/evaluation/stability';
import { openStageCache } from '../../../lib/encoder-training/evaluation/stage-cache';

const folder = mkdtempSync(join(tmpdir(), 'diff-svc-evaluation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });

describe('editDistance', () => {
  it('knows the textbook example', () => {
    expect(editDistance([...'kitten'], [...'sitting'])).toBe(3);
  });

  it('is a metric', () => {
    fc.assert(
      fc.property(words, words, words, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a.join() === b.join());
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe('bootstrapInterval', () => {
  it('gives the normal interval of a mean', () => {
    // 400 zeros and ones, half each: the mean moves by 0.5 / sqrt(400) = 0.025, 1.96 of them either way.
    const items = Array.from({ length: 400 }, (_, i) => i % 2);
    const mean = (sample: readonly number[]) => sample.reduce((a, b) => a + b, 0) / sample.length;
    const [low, high] = bootstrapInterval(items, mean, 3);
    expect(low).toBeGreaterThan(0.44);
    expect(low).toBeLessThan(0.462);
    expect(high).toBeGreaterThan(0.538);
    expect(high).toBeLessThan(0.56);
    expect(bootstrapInterval(items, mean, 3)).toEqual([low, high]);
  });
});

describe('scoreIntelligibility', () => {
  it('pools the errors of all utterances and divides by the truth', () => {
    const utterances = [
      { phones: ['A', 'B', 'C', 'D'], heard: { truth: ['A', 'B', 'C'], converted: ['A', 'X', 'C'] } },
      { phones: ['E', 'F'], heard: { truth: ['E', 'F'], converted: ['E', 'F', 'F'] } },
    ];
    const { phoneAccuracy, ofTruth, phones } = scoreIntelligibility(utterances);
    expect(phones).toBe(6);
    expect(phoneAccuracy.truth).toBeCloseTo(5 / 6, 12);
    expect(phoneAccuracy.converted).toBeCloseTo(3 / 6, 12);
    expect(ofTruth.converted).toBeCloseTo(3 / 5, 12);
  });
});

/** A second of noise-free tone, half a second of silence, a second 40 dB lower. */
function threeParts(): Audio {
  const sampleRate = 8000;
  const samples = Float32Array.from({ length: 20000 }, (_, i) => {
    const gain = i < 8000 ? 0.5 : i < 12000 ? 0 : 0.005;
    return gain * Math.sin((2 * Math.PI * 440 * i) / sampleRate);
  });
  return { samples, sampleRate };
}

const times = { frames: 125, hopSeconds: 0.02, firstCentreSeconds: 0.01 };

describe('activeFrames', () => {
  it('leaves out silence and what is 40 dB down', () => {
    const active = activeFrames(threeParts(), times);
    expect(active.slice(0, 49).every(Boolean)).toBe(true);
    expect(active.slice(51).some(Boolean)).toBe(false);
  });

  it('calls nothing active where there is no sound', () => {
    expect(
      activeFrames({ samples: new Float32Array(800), sampleRate: 8000 }, { ...times, frames: 5 }),
    ).toEqual(Array(5).fill(false));
  });
});

describe('measureStability', () => {
  it('counts active frames only, and runs by their length', () => {
    // The tone's 50 frames: ten of class 0 at 0.9, forty of class 1 at 0.4; silence is sure of class 2.
    const data = new Float32Array(125 * 3).fill(0.3);
    for (let t = 0; t < 125; t++) {
      if (t < 10) data.set([0.9, 0.05, 0.05], t * 3);
      else if (t < 50) data.set([0.3, 0.4, 0.3], t * 3);
      else data.set([0, 0, 1], t * 3);
    }
    const found = measureStability(threeParts(), { ...times, matrix: { data, frames: 125, width: 3 } });
    // The 51st frame's window still touches the tone.
    expect(found.activeSeconds).toBeCloseTo(1, 1);
    const active = Math.round(found.activeSeconds / 0.02);
    expect(found.sure).toBeCloseTo((10 + (active - 50)) / active, 6);
    expect(found.sureOfAll).toBeCloseTo(85 / 125, 6);
    expect(found.meanRunMs).toBeCloseTo((active * 20) / (active > 50 ? 3 : 2), 6);
  });
});

describe('openStageCache', () => {
  it('computes a stage once per key, and again when asked to', async () => {
    const results: number[] = [];
    const compute = async () => results.push(results.length);
    const kept = openStageCache(folder, false);
    expect(await kept.keep('stage', { a: 1 }, compute)).toBe(1);
    expect(await kept.keep('stage', { a: 1 }, compute)).toBe(1);
    expect(await kept.keep('stage', { a: 2 }, compute)).toBe(2);
    expect(await kept.keep('other', { a: 1 }, compute)).toBe(3);
    expect(await openStageCache(folder, true).keep('stage', { a: 1 }, compute)).toBe(4);
    expect(await kept.keep('stage', { a: 1 }, compute)).toBe(4);
  });
});

describe('createCachedPitch', () => {
  it('asks once for the same samples on the same grid', async () => {
    let asked = 0;
    const estimator = {
      id: 'length',
      estimate: async (audio: Audio, { frames }: { frames: number }) => {
        asked++;
        return new Float32Array(frames).fill(audio.samples.length);
      },
    };
    const cached = createCachedPitch(estimator, join(folder, 'pitch'));
    const grid = { sampleRate: 8000, hopSize: 80, frames: 3 };
    for (let i = 0; i < 2; i++) {
      expect(await cached.estimate(threeParts(), grid)).toEqual(Float32Array.of(20000, 20000, 20000));
    }
    expect(asked).toBe(1);
    const other = threeParts();
    other.samples[5]! += 0.1;
    await cached.estimate(other, grid);
    await cached.estimate(other, { ...grid, hopSize: 81 });
    expect(asked).toBe(3);
  });
});
