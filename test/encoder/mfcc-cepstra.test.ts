import { describe, expect, it } from 'vitest';
import { cosineTransform, FrontEnd, warpedBands } from '../../lib/encoder/mfcc-cepstra';

const grid = { sampleRate: 44100, hopSize: 512 };

function sine(hz: number, length = 8192, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length },
    (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / grid.sampleRate),
  );
}

/** Band that answers most to a sine at `hz`. */
function strongestBand(hz: number, warp: number): number {
  const frontEnd = new FrontEnd(grid);
  const power = new Float32Array(frontEnd.bins);
  frontEnd.power(sine(hz), 8, power);
  const answers = warpedBands(grid, frontEnd.fftSize, warp).map(({ first, weights }) =>
    weights.reduce((sum, w, k) => sum + w * (power[first + k] ?? 0), 0),
  );
  return answers.indexOf(Math.max(...answers));
}

describe('cosineTransform', () => {
  it('gives 1 at d for cos(pi d (i + 1/2) / B) and 0 elsewhere', () => {
    for (const d of [1, 2, 7, 13]) {
      const values = Float64Array.from({ length: 40 }, (_, i) => Math.cos((Math.PI * d * (i + 0.5)) / 40));
      const out = new Float32Array(13);
      cosineTransform(values, 13, out, 0);
      out.forEach((v, i) => {
        expect(v).toBeCloseTo(i + 1 === d ? 1 : 0, 6);
      });
    }
  });

  it('ignores a constant', () => {
    const out = new Float32Array(15);
    cosineTransform(new Float64Array(40).fill(3), 13, out, 1);
    for (const v of out) expect(v).toBeCloseTo(0, 6);
  });
});

describe('warpedBands', () => {
  it('has weights that sum to 1 at every warp', () => {
    for (const warp of [0.8, 1, 1.25]) {
      for (const { weights } of warpedBands(grid, 2048, warp)) {
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      }
    }
  });

  it('stretches the frequency axis: warp w hears w times f as warp 1 hears f', () => {
    for (const hz of [900, 2000, 4000]) {
      for (const warp of [0.8, 0.9, 1.2]) expect(strongestBand(hz * warp, warp)).toBe(strongestBand(hz, 1));
    }
  });
});

describe('FrontEnd', () => {
  it('centres frame m on sample m * hop + hop / 2', () => {
    const frontEnd = new FrontEnd(grid);
    const samples = new Float32Array(8 * 512);
    samples[5 * 512 + 256] = 1;
    const power = new Float32Array(frontEnd.bins);
    // An impulse in the middle of a Hann window passes with weight 1 into every bin.
    frontEnd.power(samples, 5, power);
    for (const value of power) expect(value).toBeCloseTo(1, 5);
  });

  it('measures loudness as the logarithm of power: half the amplitude is ln 4 less', () => {
    const frontEnd = new FrontEnd(grid);
    const power = new Float32Array(frontEnd.bins);
    frontEnd.power(sine(440), 8, power);
    const loud = frontEnd.loudness(power);
    frontEnd.power(sine(440, 8192, 0.25), 8, power);
    expect(loud - frontEnd.loudness(power)).toBeCloseTo(Math.log(4), 4);
  });
});
