import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameMatrix } from '../../lib/audio/audio';
import { audioSchema } from '../../lib/config/schema';
import { align } from '../../lib/demo/alignment';
import { scoredBins } from '../../lib/demo/cepstra';
import { melCepstralDistortion } from '../../lib/demo/distortion';
import { Philox, streams } from '../../lib/random/philox';

const config = audioSchema.parse({});
const width = config.melBins;
const bins = 104;

/** A mel [frames, 128] around -2 with values of its own in every frame. */
function randomMel(frames: number, seed: number): FrameMatrix {
  const data = new Philox(seed, streams.noise).normals(frames * width).map((value) => -2 + 0.3 * value);
  return { data, frames, width };
}

/** `mel` plus `amplitude · cos(πk(m + ½)/bins)` in log10. */
function withCosine(mel: FrameMatrix, k: number, amplitude: number): FrameMatrix {
  const data = mel.data.map(
    (value, i) => value + amplitude * Math.cos((Math.PI * k * ((i % width) + 0.5)) / bins),
  );
  return { ...mel, data };
}

const voiced = (frames: number): Float32Array => new Float32Array(frames).fill(200);

describe('scoredBins', () => {
  it('is 104 for the 44.1 kHz front end, as in the experiment', () => {
    expect(scoredBins(config)).toBe(bins);
  });

  it('is all bins where the filters end below 7.8 kHz', () => {
    expect(scoredBins(audioSchema.parse({ fmaxHz: 7000, melBins: 40 }))).toBe(40);
  });
});

describe('melCepstralDistortion', () => {
  it('is 0 for the same recording', () => {
    const mel = randomMel(50, 1);
    expect(melCepstralDistortion(mel, voiced(50), mel, config)).toBe(0);
  });

  it('is 20·A/√2 dB for one cepstral coefficient of amplitude A in log10, orders 1 to 24', () => {
    // A constant mel, so that no other pairing of frames is nearer.
    const flat = { data: new Float32Array(20 * width).fill(-2), frames: 20, width };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (k, a) => {
        const mcd = melCepstralDistortion(flat, voiced(20), withCosine(flat, k, a), config);
        expect(mcd).toBeCloseTo((20 * a) / Math.SQRT2, 3);
      }),
      { numRuns: 30 },
    );
  });

  it('adds orders as squares', () => {
    const flat = { data: new Float32Array(10 * width).fill(-2), frames: 10, width };
    const other = withCosine(withCosine(flat, 2, 0.3), 7, 0.4);
    expect(melCepstralDistortion(flat, voiced(10), other, config)).toBeCloseTo((20 * 0.5) / Math.SQRT2, 3);
  });

  it('does not count loudness and detail beyond order 24', () => {
    const mel = randomMel(30, 2);
    const louder = { ...mel, data: mel.data.map((value) => value + 0.5) };
    expect(melCepstralDistortion(mel, voiced(30), louder, config)).toBeCloseTo(0, 4);
    expect(melCepstralDistortion(mel, voiced(30), withCosine(mel, 30, 0.5), config)).toBeCloseTo(0, 4);
  });

  it('forgives a delay within 0.35 s, not beyond', () => {
    const mel = randomMel(200, 3);
    const delayed = (frames: number): FrameMatrix => ({
      ...mel,
      data: mel.data.map((_, i) => mel.data[Math.max(i - frames * width, i % width)]!),
    });
    const inner = voiced(200).map((hz, t) => (t < 50 || t > 150 ? 0 : hz));
    expect(melCepstralDistortion(mel, inner, delayed(25), config)).toBeCloseTo(0, 4);
    expect(melCepstralDistortion(mel, inner, delayed(45), config)).toBeGreaterThan(1);
  });

  it('looks at the voiced frames of the truth alone', () => {
    const mel = { data: new Float32Array(40 * width).fill(-2), frames: 40, width };
    const other = { ...mel, data: withCosine(mel, 3, 1).data.map((v, i) => (i < 20 * width ? v : -2)) };
    const late = voiced(40).map((hz, t) => (t < 20 ? 0 : hz));
    expect(melCepstralDistortion(mel, late, other, config)).toBe(0);
    expect(melCepstralDistortion(mel, new Float32Array(40), other, config)).toBeNaN();
  });
});

describe('align', () => {
  it('gives the diagonal when every frame fits itself', () => {
    const path = align(5, 2, (i, j) => Math.abs(i - j));
    expect(path.map(({ truth, other }) => [truth, other])).toEqual([0, 1, 2, 3, 4].map((i) => [i, i]));
  });

  it('is a monotonic path inside the band, and no dearer than the diagonal', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 30 }),
        fc.integer({ min: 0, max: 6 }),
        (values, band) => {
          const other = [...values].reverse();
          const path = align(values.length, band, (i, j) => Math.abs(values[i]! - other[j]!));
          expect(path[0]).toMatchObject({ truth: 0, other: 0 });
          expect(path.at(-1)).toMatchObject({ truth: values.length - 1, other: values.length - 1 });
          for (const [n, step] of path.entries()) {
            expect(Math.abs(step.truth - step.other)).toBeLessThanOrEqual(band);
            if (n === 0) continue;
            const moves = [step.truth - path[n - 1]!.truth, step.other - path[n - 1]!.other];
            expect([
              [1, 1],
              [1, 0],
              [0, 1],
            ]).toContainEqual(moves);
          }
          const cost = path.reduce((sum, { distance }) => sum + distance, 0);
          const diagonal = values.reduce((sum, value, i) => sum + Math.abs(value - other[i]!), 0);
          expect(cost).toBeLessThanOrEqual(diagonal);
        },
      ),
    );
  });
});
