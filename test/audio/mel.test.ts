import { describe, expect, it } from 'vitest';
import { magnitudes, melFilterbank, melSpectrogram } from '../../lib/audio/mel';
import { hzToMel, melPointsHz, melToHz } from '../../lib/audio/mel-filterbank';
import { configSchema } from '../../lib/config/schema';
import { tone } from './tones';

const { audio: config } = configSchema.parse({});
const quiet = (samples: number, sampleRate = 44100) => ({ samples: new Float32Array(samples), sampleRate });

describe('mel scale', () => {
  it('is linear below 1 kHz, logarithmic above, and invertible', () => {
    expect(hzToMel(200)).toBeCloseTo(3, 12);
    expect(hzToMel(1000)).toBeCloseTo(15, 12);
    expect(hzToMel(6400)).toBeCloseTo(42, 12);
    for (const hz of [0, 40, 999, 1000, 1001, 16000]) expect(melToHz(hzToMel(hz))).toBeCloseTo(hz, 8);
  });

  it('filters peak at their points and have an area of one', () => {
    const wide = { sampleRate: 44100, fftSize: 65536, melBins: 20, fminHz: 40, fmaxHz: 16000 };
    const points = melPointsHz(wide);
    const { data, frames, width } = melFilterbank(wide);
    expect([frames, width]).toEqual([20, 32769]);
    for (let i = 0; i < frames; i++) {
      const row = data.subarray(i * width, (i + 1) * width);
      const area = row.reduce((sum, x) => sum + x, 0) * (44100 / 65536);
      const peak = row.reduce((best, x, k) => (x > row[best]! ? k : best), 0) * (44100 / 65536);
      expect(area).toBeCloseTo(1, 3);
      expect(Math.abs(peak - points[i + 1]!)).toBeLessThan(1);
    }
  });
});

describe('melSpectrogram', () => {
  it('has floor(N/512) frames and the floor of −5 in silence', () => {
    for (const n of [769, 1024, 1535, 1536, 44100]) {
      const mel = melSpectrogram(quiet(n), config);
      expect([mel.frames, mel.width]).toEqual([Math.floor(n / 512), 128]);
      // the magnitude epsilon, 3.2e-5, stays below the mel floor of 1e-5 after the filters' area normalisation
      for (const value of mel.data) expect(value).toBeCloseTo(-4.9999945, 6);
    }
  });

  it('is centred at sample 512m + 256', () => {
    const audio = quiet(512 * 9);
    audio.samples[512 * 4 + 256] = 1;
    const { data, width } = magnitudes(audio, config);
    const level = (frame: number) => data[frame * width + 100]!;
    expect(level(4)).toBeCloseTo(1, 6);
    expect(level(3)).toBeCloseTo(level(5), 6);
    expect(level(3)).toBeCloseTo(0.5, 6);
  });

  it('rises by log10(2) when the amplitude doubles', () => {
    const soft = tone(() => 220, 0.3, 44100);
    const loud = { ...soft, samples: soft.samples.map((x) => 2 * x) };
    const [a, b] = [melSpectrogram(soft, config), melSpectrogram(loud, config)];
    a.data.forEach((value, i) => {
      if (value > -2) expect(b.data[i]! - value).toBeCloseTo(Math.log10(2), 4);
    });
  });

  it('refuses another rate and too little audio', () => {
    expect(() => melSpectrogram(quiet(44100, 48000), config)).toThrow('44100 Hz, got 48000 Hz');
    expect(() => melSpectrogram(quiet(768), config)).toThrow('at least 769 samples');
    expect(() => magnitudes(quiet(0), config)).toThrow('at least 769 samples');
  });
});
