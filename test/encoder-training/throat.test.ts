import { describe, expect, it } from 'vitest';
import { BANDS, FrontEnd, SAMPLE_RATE } from '../../lib/encoder/phone-net/front-end';
import { COEFFICIENTS, EnvelopeAnalyser } from '../../lib/encoder-training/envelope';
import { type Throat, ThroatRenderer } from '../../lib/encoder-training/throat';

const plain: Throat = { warp: 1, bend: 0, blur: 0, voicedHz: 8000, breath: 0 };
const WINDOW = 400;

/** Harmonics of `f0Hz` whose amplitude is `amplitudeAt(hz)`, phases spread so that no two windows are alike. */
function harmonics(f0Hz: number, amplitudeAt: (hz: number) => number): Float32Array {
  const out = new Float32Array(3200);
  for (let h = 1; h * f0Hz < 7900; h++) {
    const amplitude = amplitudeAt(h * f0Hz);
    for (let n = 0; n < out.length; n++) {
      out[n]! += amplitude * Math.cos((2 * Math.PI * h * f0Hz * n) / SAMPLE_RATE + h * h);
    }
  }
  return out;
}

/** Cepstrum of the peak magnitudes log(amplitude * WINDOW / 4) where log(amplitude) is `level + slope cos(w)`. */
function cepstrumOf(level: number, slope: number): Float32Array {
  const out = new Float32Array(COEFFICIENTS);
  out[0] = level + Math.log(WINDOW / 4);
  out[1] = slope / 2;
  return out;
}

function render(f0Hz: number, throat: Throat, level: number, slope: number): Float64Array {
  const out = new Float64Array(BANDS);
  new ThroatRenderer().render(cepstrumOf(level, slope), f0Hz, throat, new Float32Array(BANDS), out);
  return out;
}

const amplitudeOf =
  (level: number, slope: number, warp = 1) =>
  (hz: number): number =>
    Math.exp(level + slope * Math.cos((Math.PI * hz) / warp / (SAMPLE_RATE / 2)));

function heard(samples: Float32Array): Float32Array {
  const out = new Float32Array(BANDS);
  new FrontEnd().powers(samples, 10, out, 0);
  return out;
}

/** Decibels between two sets of band powers, where the second is within 25 dB of its largest: above the side lobes of the window. */
function differences(a: ArrayLike<number>, b: Float32Array): number[] {
  const floor = Math.max(...b) * 10 ** -2.5;
  return Array.from({ length: BANDS - 1 }, (_, i) => i)
    .filter((i) => b[i]! > floor)
    .map((i) => Math.abs(10 * Math.log10(a[i]! / b[i]!)));
}

describe('ThroatRenderer', () => {
  // Harmonics at least two main lobes apart do not overlap, so the sum of their powers is what is heard.
  it.each([260, 331.7, 612])('gives the band powers of harmonics of %d Hz', (f0Hz) => {
    const sound = harmonics(f0Hz, amplitudeOf(-4, 1.2));
    const errors = differences(render(f0Hz, plain, -4, 1.2), heard(sound));
    expect(errors.length).toBeGreaterThan(20);
    expect(Math.max(...errors)).toBeLessThan(1);
  });

  it('moves the filter and not the pitch with the warp', () => {
    const warp = 1.2;
    const sound = harmonics(250, amplitudeOf(-4, 1.2, warp));
    const errors = differences(render(250, { ...plain, warp }, -4, 1.2), heard(sound));
    expect(Math.max(...errors)).toBeLessThan(1);
  });
});

describe('EnvelopeAnalyser', () => {
  it('finds the filter under the harmonics of a low voice', () => {
    const sound = harmonics(100, amplitudeOf(-3, 1.5));
    const found = new Float32Array(COEFFICIENTS);
    new EnvelopeAnalyser().analyse(sound, 1680, found, 0);
    const wanted = cepstrumOf(-3, 1.5);
    const at = (cepstrum: Float32Array, hz: number): number => {
      let sum = cepstrum[0]!;
      for (let n = 1; n < COEFFICIENTS; n++) {
        sum += 2 * cepstrum[n]! * Math.cos((2 * Math.PI * n * hz) / SAMPLE_RATE);
      }
      return sum;
    };
    // At the harmonics; 0.23 is 2 dB.
    for (let hz = 300; hz < 7500; hz += 100) {
      expect(Math.abs(at(found, hz) - at(wanted, hz))).toBeLessThan(0.23);
    }
  });
});
