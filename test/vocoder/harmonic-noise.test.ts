import { describe, expect, it } from 'vitest';
import type { FrameMatrix } from '../../lib/audio/audio';
import { RealFft } from '../../lib/audio/fft';
import { melSpectrogram } from '../../lib/audio/mel';
import { hannPeriodic } from '../../lib/audio/stft';
import { audioSchema } from '../../lib/config/schema';
import { createHarmonicNoise } from '../../lib/vocoder/harmonic-noise';

const audio = audioSchema.parse({});
const vocoder = createHarmonicNoise(audio);
const frames = 60;

/** Harmonics of `hz`, amplitude `level / h`, up to 10 kHz. */
function tone(hz: number, level = 0.1, harmonics = Math.floor(10_000 / hz)): Float32Array {
  const out = new Float32Array(frames * audio.hopSize);
  for (let h = 1; h <= harmonics; h++) {
    const step = (2 * Math.PI * h * hz) / audio.sampleRate;
    for (let n = 0; n < out.length; n++) out[n]! += (level / h) * Math.cos(step * n + h * h);
  }
  return out;
}

function melOf(samples: Float32Array): FrameMatrix {
  return melSpectrogram({ samples, sampleRate: audio.sampleRate }, audio);
}

function constantMel(value: number, count = frames): FrameMatrix {
  return { data: new Float32Array(count * audio.melBins).fill(value), frames: count, width: audio.melBins };
}

const fft = new RealFft(16384);

/** Level in dB around `hz` (3 bins of 2.7 Hz) in the middle of `samples`. */
function levelDb(samples: Float32Array, hz: number): number {
  const window = hannPeriodic(fft.size);
  const start = (samples.length - fft.size) >> 1;
  const spectrum = new Float64Array(fft.size + 2);
  fft.forward(
    Float64Array.from(window, (w, n) => w * samples[start + n]!),
    spectrum,
  );
  const centre = Math.round((hz * fft.size) / audio.sampleRate);
  let power = 0;
  for (let k = centre - 1; k <= centre + 1; k++) power += spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2;
  return 10 * Math.log10(power);
}

function constantF0(hz: number, count = frames): Float32Array {
  return new Float32Array(count).fill(hz);
}

describe('createHarmonicNoise', () => {
  it.each([110, 233, 440])('sings multiples of F0 = %i Hz, each as strong as in the original', async (hz) => {
    const original = tone(hz);
    const copy = await vocoder.synthesize({ mel: melOf(original), f0Hz: constantF0(hz), seed: 1 });
    for (let h = 1; h * hz < 3000; h++) {
      expect(Math.abs(levelDb(copy, h * hz) - levelDb(original, h * hz))).toBeLessThan(3);
      expect(levelDb(copy, h * hz) - levelDb(copy, (h + 0.5) * hz)).toBeGreaterThan(20);
    }
  });

  it('comes back to the mel that was wanted', async () => {
    const mel = melOf(tone(220));
    const f0Hz = constantF0(220);
    const copy = melOf(await vocoder.synthesize({ mel, f0Hz, seed: 1 }));
    let sum = 0;
    let count = 0;
    for (let t = 4; t < frames - 4; t++) {
      // Bins below 9 kHz, the tone ends at 10 kHz.
      for (let b = 0; b < 108; b++, count++) {
        sum += (20 * (copy.data[t * 128 + b]! - mel.data[t * 128 + b]!)) ** 2;
      }
    }
    expect(Math.sqrt(sum / count)).toBeLessThan(3);
  });

  it('has no harmonics where F0 is 0', async () => {
    const out = await vocoder.synthesize({ mel: constantMel(-1.5), f0Hz: constantF0(0), seed: 3 });
    const comb = (offset: number): number =>
      Array.from({ length: 40 }, (_, h) => levelDb(out, (h + 1 + offset) * 200)).reduce((a, b) => a + b, 0) /
      40;
    expect(Math.abs(comb(0) - comb(0.5))).toBeLessThan(3);
  });

  it('does not click: a sine stays as smooth as a sine, also where the voice begins and ends', async () => {
    const hz = 440;
    const mel = melOf(tone(hz, 0.3, 1));
    const f0Hz = constantF0(hz).fill(0, 0, 20).fill(0, 45);
    const silent = mel.data.map((v, i) => (f0Hz[Math.floor(i / 128)] === 0 ? -5 : v));
    const out = await vocoder.synthesize({ mel: { ...mel, data: silent }, f0Hz, seed: 1 });
    const peak = out.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const steepest = out.reduce((most, v, n) => (n === 0 ? 0 : Math.max(most, Math.abs(v - out[n - 1]!))), 0);
    expect(peak).toBeGreaterThan(0.2);
    expect(steepest).toBeLessThan(((2 * Math.PI * hz) / audio.sampleRate) * peak * 1.3);
  });

  it.each([0, 1, 2, 33])('gives T * hopSize samples for T = %i', async (count) => {
    for (const hz of [0, 150]) {
      const out = await vocoder.synthesize({
        mel: constantMel(-2, count),
        f0Hz: constantF0(hz, count),
        seed: 1,
      });
      expect(out.length).toBe(count * audio.hopSize);
      expect(out.every(Number.isFinite)).toBe(true);
    }
  });

  it('gives the same samples for the same seed, others for another', async () => {
    const input = { mel: constantMel(-2), f0Hz: constantF0(200).fill(0, 30) };
    const first = await vocoder.synthesize({ ...input, seed: 5 });
    expect(await vocoder.synthesize({ ...input, seed: 5 })).toEqual(first);
    expect(await vocoder.synthesize({ ...input, seed: 6 })).not.toEqual(first);
  });

  it('is silent where the mel is at its clamp, with and without F0', async () => {
    const clamp = melOf(new Float32Array(frames * audio.hopSize));
    for (const mel of [clamp, constantMel(-6)]) {
      for (const hz of [0, 300]) {
        const out = await vocoder.synthesize({ mel, f0Hz: constantF0(hz), seed: 1 });
        expect(out.every((v) => v === 0)).toBe(true);
      }
    }
  });

  it('stays finite for F0 that jumps or lies outside of what is sung', async () => {
    const f0Hz = Float32Array.from({ length: frames }, (_, t) => [1, 80, 1100, 0, 13_000, 500][t % 6]!);
    const out = await vocoder.synthesize({ mel: constantMel(-2), f0Hz, seed: 1 });
    expect(out.every(Number.isFinite)).toBe(true);
  });
});
