import { describe, expect, it } from 'vitest';
import type { FrameMatrix } from '../../lib/audio/audio';
import { melSpectrogram } from '../../lib/audio/mel';
import { audioSchema } from '../../lib/config/schema';
import { longTermSpectrumDb, meanLogSpectrum, spectrumDistanceDb } from '../../lib/demo/average-spectrum';
import { equaliseTo } from '../../lib/demo/equalise';
import { comparePitch } from '../../lib/demo/pitch-scores';
import { scoreRecordings, type Track } from '../../lib/demo/scores';
import { Philox, streams } from '../../lib/random/philox';

const config = audioSchema.parse({});

function flatMel(frames: number, level: (bin: number) => number): FrameMatrix {
  const width = config.melBins;
  return { data: Float32Array.from({ length: frames * width }, (_, i) => level(i % width)), frames, width };
}

function noise(seconds: number, seed: number): Float32Array {
  return new Philox(seed, streams.noise).normals(Math.round(seconds * 44100)).map((value) => 0.05 * value);
}

describe('average spectra', () => {
  it('has the power mean in dB', () => {
    // Half the frames at amplitude 1, half at 0.1: 10·log10((1 + 0.01)/2).
    const spectrum = longTermSpectrumDb([flatMel(10, () => 0), flatMel(10, () => -1)], 3);
    for (const value of spectrum) expect(value).toBeCloseTo(10 * Math.log10(1.01 / 2), 4);
  });

  it('does not count level, and counts a step of ±d dB as d', () => {
    const a = Float64Array.from({ length: 10 }, () => 5);
    expect(
      spectrumDistanceDb(
        a,
        a.map((v) => v + 12),
      ),
    ).toBeCloseTo(0, 10);
    expect(
      spectrumDistanceDb(
        a,
        a.map((v, i) => v + (i < 5 ? 3 : -3)),
      ),
    ).toBeCloseTo(3, 10);
  });

  it('leaves silence out of the mean of logarithms', () => {
    const mean = meanLogSpectrum([flatMel(10, () => -1), flatMel(30, () => -5)], 8);
    for (const value of mean) expect(value).toBeCloseTo(-1, 6);
  });
});

describe('equaliseTo', () => {
  it('changes nothing when the source is the target', () => {
    const source = { samples: noise(1, 1), sampleRate: 44100 };
    const out = equaliseTo(source, [melSpectrogram(source, config)], config);
    expect(out.samples.length).toBe(source.samples.length);
    for (let i = 0; i < out.samples.length; i += 97)
      expect(out.samples[i]).toBeCloseTo(source.samples[i]!, 5);
  });

  it('gives white noise the average spectrum of filtered noise', () => {
    const white = { samples: noise(2, 2), sampleRate: 44100 };
    const other = noise(2, 3);
    // y[n] = x[n] + 0.9·x[n-1]: falls by 26 dB towards the Nyquist frequency
    const filtered = { samples: other.map((v, i) => v + 0.9 * (other[i - 1] ?? 0)), sampleRate: 44100 };
    const target = [melSpectrogram(filtered, config)];
    const wanted = meanLogSpectrum(target, 104);
    const distance = (samples: Float32Array): number => {
      const mel = melSpectrogram({ samples, sampleRate: 44100 }, config);
      return spectrumDistanceDb(
        meanLogSpectrum([mel], 104).map((v) => 20 * v),
        wanted.map((v) => 20 * v),
      );
    };
    const before = distance(white.samples);
    expect(distance(equaliseTo(white, target, config).samples)).toBeLessThan(before / 3);
  });
});

describe('comparePitch', () => {
  const melody = Float32Array.of(0, 200, 220, 0, 247, 262, 294, 0);

  it('finds no difference in the same track', () => {
    const { correlation, rmseCents, voicingError } = comparePitch(melody, melody);
    expect([correlation, rmseCents, voicingError]).toEqual([1, 0, 0]);
  });

  it('measures a shift of a semitone as 100 cents', () => {
    const up = melody.map((hz) => hz * 2 ** (1 / 12));
    expect(comparePitch(melody, up).rmseCents).toBeCloseTo(100, 3);
    expect(comparePitch(melody, up).correlation).toBeCloseTo(1, 6);
  });

  it('is -1 for the mirrored melody, and counts frames with one voice only', () => {
    const mirrored = melody.map((hz) => (hz > 0 ? 220 ** 2 / hz : 0));
    expect(comparePitch(melody, mirrored).correlation).toBeCloseTo(-1, 6);
    const halfVoiced = Float32Array.of(100, 200, 0, 0, 247, 262, 294, 0);
    expect(comparePitch(melody, halfVoiced).voicingError).toBe(2 / 8);
  });
});

describe('scoreRecordings', () => {
  const f0Hz = Float32Array.from({ length: 30 }, (_, t) => 200 + 5 * t);
  const track = (k: number, amplitude: number, hz = f0Hz): Track => ({
    mel: flatMel(30, (m) => -2 + amplitude * Math.cos((Math.PI * k * (m + 0.5)) / 104)),
    f0Hz: hz,
  });
  const judge = (converted: Track) =>
    scoreRecordings(
      {
        truth: track(1, 0),
        source: track(2, 0.5),
        converted,
        resynthesis: track(1, 0.1),
        controls: { equalised: track(3, 0.4) },
        others: { 'copy-synthesis': track(1, 0.05) },
        training: [track(1, 0).mel],
      },
      config,
    );

  it('compares the conversion with source and controls', () => {
    const { tracks, checks, passed } = judge(track(4, 0.2));
    expect(tracks.source!.mcdDb).toBeCloseTo(10 / Math.SQRT2, 3);
    expect(tracks['copy-synthesis']!.mcdDb).toBeCloseTo(1 / Math.SQRT2, 3);
    const values = Object.fromEntries(checks.map(({ id, value }) => [id, value]));
    expect(values['mcd/source']).toBeCloseTo(0.4, 4);
    expect(values['mcd/equalised']).toBeCloseTo(0.5, 4);
    expect(values['speaker/source']).toBeCloseTo(0.4, 3);
    expect(values['f0-correlation']).toBeCloseTo(1, 6);
    expect(passed).toBe(true);
  });

  it('does not pass what is only a little better than the control', () => {
    const { checks, passed } = judge(track(4, 0.36));
    expect(checks.filter((check) => !check.passed).map(({ id }) => id)).toEqual([
      'mcd/source',
      'mcd/equalised',
      'speaker/source',
    ]);
    expect(passed).toBe(false);
  });

  it('does not pass a conversion without pitch', () => {
    const { checks } = judge(track(4, 0.2, new Float32Array(30)));
    expect(checks.find(({ id }) => id === 'f0-correlation')).toMatchObject({
      value: Number.NaN,
      passed: false,
    });
  });
});
