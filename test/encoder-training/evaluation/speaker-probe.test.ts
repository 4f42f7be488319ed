import { describe, expect, it } from 'vitest';
import { probeSpeakers } from '../../../lib/encoder-training/evaluation/speaker-probe';
import { Philox, streams } from '../../../lib/random/philox';

/** Six utterances of 80 frames of unit noise around `centre`. */
function utterances(centre: readonly number[], seed: number) {
  const width = centre.length;
  return Array.from({ length: 6 }, (_, u) => ({
    data: new Philox(seed, streams.noise, u).normals(80 * width).map((v, i) => v + centre[i % width]!),
    frames: 80,
    width,
  }));
}

describe('probeSpeakers', () => {
  it('is at chance for voices that do not differ', () => {
    const voices = ['a', 'b', 'c', 'd'].map((name, i) => ({ name, utterances: utterances([0, 0, 0], i) }));
    const { balancedAccuracy, frames } = probeSpeakers(voices);
    // 4 x 240 rows tried: three standard deviations of the share are 0.042.
    expect(Math.abs(balancedAccuracy - 0.25)).toBeLessThan(0.042);
    expect(frames).toEqual({ training: 240, test: 240 });
  });

  it('reaches the error of the best rule for two normal voices', () => {
    // Centres 2 apart with deviation 1: the best rule is right in Phi(1) = 0.8413 of all.
    const voices = [
      { name: 'a', utterances: utterances([1, 0], 1) },
      { name: 'b', utterances: utterances([-1, 0], 2) },
    ];
    expect(Math.abs(probeSpeakers(voices).balancedAccuracy - 0.8413)).toBeLessThan(0.05);
  });

  it('counts all voices alike, however much they say', () => {
    const talkative = [...utterances([4, 0], 1), ...utterances([4, 0], 3), ...utterances([4, 0], 4)];
    const voices = [
      { name: 'a', utterances: talkative },
      { name: 'b', utterances: utterances([-4, 0], 2) },
    ];
    const { recall, frames } = probeSpeakers(voices);
    expect(frames.training).toBe(240);
    expect(recall.a).toBeGreaterThan(0.98);
    expect(recall.b).toBeGreaterThan(0.98);
  });

  it('refuses a single voice', () => {
    expect(() => probeSpeakers([{ name: 'a', utterances: utterances([0], 1) }])).toThrow('two voices');
  });
});
