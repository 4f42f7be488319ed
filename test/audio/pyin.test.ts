import { describe, expect, it } from 'vitest';
import type { Audio } from '../../lib/audio/audio';
import { createPyin } from '../../lib/audio/pyin';
import { concatenate, noise, richPartials, tone } from './tones';

const estimator = createPyin({ f0MinHz: 40, f0MaxHz: 1100 });
const hopSize = 512;
const gridRate = 44100;

/** F0 on the model's grid, and the time of every frame's centre. */
async function track(audio: Audio): Promise<{ hz: Float32Array; seconds: number[] }> {
  const frames = Math.floor((audio.samples.length / audio.sampleRate) * (gridRate / hopSize));
  const hz = await estimator.estimate(audio, { sampleRate: gridRate, hopSize, frames });
  return { hz, seconds: Array.from(hz, (_, m) => ((m + 0.5) * hopSize) / gridRate) };
}

/** Largest error in cents against `hzAt`, the ends (50 ms) left out; unvoiced counts as infinite. */
async function worstCents(audio: Audio, hzAt: (seconds: number) => number): Promise<number> {
  const { hz, seconds } = await track(audio);
  const end = audio.samples.length / audio.sampleRate - 0.05;
  return seconds.reduce((worst, t, m) => {
    if (t < 0.05 || t > end) return worst;
    return Math.max(
      worst,
      hz[m] === 0 ? Number.POSITIVE_INFINITY : Math.abs(1200 * Math.log2(hz[m]! / hzAt(t))),
    );
  }, 0);
}

const voicedShare = (hz: Float32Array) => hz.filter((value) => value > 0).length / hz.length;

describe('pYIN', () => {
  it.each([45, 60, 82.41, 110, 146.8, 220, 329.6, 440, 587.3, 783.9, 1000])(
    'finds %d Hz within a cent',
    async (f0) => {
      for (const rate of [44100, 16000]) {
        expect(
          await worstCents(
            tone(() => f0, 0.6, rate),
            () => f0,
          ),
        ).toBeLessThan(1);
      }
      expect(
        await worstCents(
          tone(() => f0, 0.6, 22050, [1]),
          () => f0,
        ),
      ).toBeLessThan(1);
    },
  );

  it.each([45, 110, 220, 440, 880])('finds a missing fundamental of %d Hz', async (f0) => {
    expect(
      await worstCents(
        tone(() => f0, 0.6, 44100, [0, 0, 1, 1, 1, 1]),
        () => f0,
      ),
    ).toBeLessThan(2);
  });

  it('is not an octave off when the second partial is the loudest', async () => {
    for (const f0 of [90, 180, 360]) {
      const audio = tone(() => f0, 0.6, 44100, [0.3, 1, 0.2, 0.4, 0.1]);
      expect(await worstCents(audio, () => f0)).toBeLessThan(2);
    }
  });

  it('follows vibrato without flattening it', async () => {
    const vibrato = (t: number) => 220 * 2 ** ((50 * Math.sin(2 * Math.PI * 6 * t)) / 1200);
    expect(await worstCents(tone(vibrato, 1, 44100), vibrato)).toBeLessThan(4);
  });

  it('follows glides without lag', async () => {
    const up = (t: number) => 110 * 2 ** t;
    const down = (t: number) => 880 * 2 ** (-1.5 * t);
    expect(await worstCents(tone(up, 2, 44100), up)).toBeLessThan(8);
    expect(await worstCents(tone(down, 2, 44100), down)).toBeLessThan(8);
  });

  it('finds no voice in silence or noise', async () => {
    expect(voicedShare((await track({ samples: new Float32Array(44100), sampleRate: 44100 })).hz)).toBe(0);
    expect(voicedShare((await track(noise(0.1, 2, 44100))).hz)).toBeLessThan(0.02);
    expect(voicedShare((await track(noise(0.1, 2, 16000))).hz)).toBeLessThan(0.02);
  });

  it('tells tone from noise and silence within two frames', async () => {
    const silence = { samples: new Float32Array(22050), sampleRate: 44100 };
    const voice = tone(() => 200, 0.5, 44100);
    const audio = concatenate(silence, voice, noise(0.05, 0.5, 44100), voice, silence);
    const { hz, seconds } = await track(audio);
    const wrong = seconds.filter((t, m) => {
      const expected = (t > 0.5 && t < 1) || (t > 1.5 && t < 2);
      const nearEdge = [0.5, 1, 1.5, 2].some((edge) => Math.abs(t - edge) < (2.5 * hopSize) / gridRate);
      return !nearEdge && expected !== hz[m]! > 0;
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the pitch in noise of a tenth of the power', async () => {
    const clean = tone(() => 196, 1, 44100);
    const power = clean.samples.reduce((sum, x) => sum + x * x, 0) / clean.samples.length;
    const hiss = noise(Math.sqrt(power / 10), 1, 44100);
    const audio = { samples: clean.samples.map((x, i) => x + hiss.samples[i]!), sampleRate: 44100 };
    expect(await worstCents(audio, () => 196)).toBeLessThan(25);
  });

  it('does not depend on the level', async () => {
    const audio = concatenate(
      tone((t) => 150 + 100 * t, 0.7, 44100),
      noise(0.05, 0.3, 44100),
      tone(() => 400, 0.5, 44100, richPartials.slice(0, 3)),
    );
    const { hz } = await track(audio);
    for (const factor of [2 ** -10, 1 / 3, 7.3]) {
      const scaled = await track({ samples: audio.samples.map((x) => x * factor), sampleRate: 44100 });
      hz.forEach((value, m) => {
        expect(scaled.hz[m]! > 0).toBe(value > 0);
        expect(Math.abs(scaled.hz[m]! - value)).toBeLessThan(0.01);
      });
    }
  });

  it('gives as many frames as asked for, whatever the length of the audio', async () => {
    for (const samples of [0, 1, 300, 30000]) {
      const audio = { samples: new Float32Array(samples).fill(0.1), sampleRate: 22050 };
      const hz = await estimator.estimate(audio, { sampleRate: gridRate, hopSize, frames: 20 });
      expect(hz.length).toBe(20);
      expect(hz.every((value) => value === 0 || (value >= 40 && value <= 1100))).toBe(true);
    }
    expect(
      (
        await estimator.estimate(
          tone(() => 100, 1, 16000),
          { sampleRate: 44100, hopSize, frames: 0 },
        )
      ).length,
    ).toBe(0);
  });

  it('refuses a range that it cannot search', () => {
    expect(() => createPyin({ f0MinHz: 5, f0MaxHz: 1100 })).toThrow('20 to 2000');
    expect(() => createPyin({ f0MinHz: 400, f0MaxHz: 300 })).toThrow('20 to 2000');
  });
});
