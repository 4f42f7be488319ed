import { describe, expect, it } from 'vitest';
import { melSpectrogram } from '../../lib/audio/mel';
import { audioSchema } from '../../lib/config/schema';
import { createPulseTrain, excitation } from '../../lib/vocoder/pulse-train';

const audio = audioSchema.parse({});
const vocoder = createPulseTrain(audio);

describe('excitation', () => {
  it('has one pulse per period, of power 1', () => {
    const out = excitation(new Float32Array(20).fill(441), 512, 44100, 1);
    const pulses = [...out.keys()].filter((n) => out[n] !== 0);
    // 44100 / 441 = 100 samples; adding up 0.01 may round one sample late.
    for (let i = 1; i < pulses.length; i++)
      expect(Math.abs(pulses[i]! - pulses[i - 1]! - 100)).toBeLessThanOrEqual(1);
    expect(out.reduce((sum, v) => sum + v * v, 0) / out.length).toBeCloseTo(1, 1);
  });

  it('is white noise of power 1 without F0', () => {
    const out = excitation(new Float32Array(40), 512, 44100, 1);
    expect(out.reduce((sum, v) => sum + v * v, 0) / out.length).toBeCloseTo(1, 1);
  });
});

describe('createPulseTrain', () => {
  const frames = 40;
  const flat = { data: new Float32Array(frames * 128).fill(-1.5), frames, width: 128 };

  it('brings noise back to the mel that was wanted, on average', async () => {
    const samples = await vocoder.synthesize({ mel: flat, f0Hz: new Float32Array(frames), seed: 1 });
    const mel = melSpectrogram({ samples, sampleRate: audio.sampleRate }, audio);
    const middle = mel.data.subarray(5 * 128, 35 * 128);
    // The mean of the logarithm of a Rayleigh variable lies below the logarithm of its root mean square.
    expect(Math.abs(middle.reduce((sum, v) => sum + v, 0) / middle.length + 1.5)).toBeLessThan(0.1);
  });

  it('keeps length, seed and silence', async () => {
    const f0Hz = new Float32Array(frames).fill(200, 20);
    const first = await vocoder.synthesize({ mel: flat, f0Hz, seed: 1 });
    expect(first.length).toBe(frames * 512);
    expect(await vocoder.synthesize({ mel: flat, f0Hz, seed: 1 })).toEqual(first);
    const silent = { ...flat, data: flat.data.map(() => -5) };
    expect((await vocoder.synthesize({ mel: silent, f0Hz, seed: 1 })).every((v) => v === 0)).toBe(true);
  });
});
