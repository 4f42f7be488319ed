import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resample } from '../../lib/audio/resample';
import { isUserError } from '../../lib/config/errors';

const sine = (hz: number, rate: number, n: number) =>
  Float32Array.from({ length: n }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));

const rates = [8000, 11025, 16000, 22050, 44100, 48000];
const pairs = rates.flatMap((from) => rates.filter((to) => to !== from).map((to) => [from, to] as const));

describe('resample', () => {
  it('gives the same sine at the new rate, in time and level, up to 0.9 of the lower Nyquist rate', async () => {
    for (const [from, to] of pairs) {
      for (const part of [0.1, 0.9]) {
        const hz = (part * Math.min(from, to)) / 2;
        const { samples } = await resample({ samples: sine(hz, from, from / 10), sampleRate: from }, to);
        const expected = sine(hz, to, to / 10);
        const edge = Math.round(to / 40);
        for (let i = edge; i < expected.length - edge; i++) {
          if (Math.abs(samples[i]! - expected[i]!) > 1e-5) {
            throw new Error(`${from} to ${to}, ${hz} Hz: ${samples[i]} instead of ${expected[i]} at ${i}`);
          }
        }
      }
    }
  });

  it('removes what the new rate cannot hold', async () => {
    for (const hz of [8400, 10000, 15000, 20000]) {
      const { samples } = await resample({ samples: sine(hz, 44100, 8820), sampleRate: 44100 }, 16000);
      const inner = samples.subarray(800, -800);
      expect(Math.max(...inner.map(Math.abs))).toBeLessThan(1e-5);
    }
  });

  it('has round(n·out/in) samples, also of nearly nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3000), fc.constantFrom(...pairs), async (n, [from, to]) => {
        const { samples, sampleRate } = await resample(
          { samples: new Float32Array(n), sampleRate: from },
          to,
        );
        expect(sampleRate).toBe(to);
        expect(samples.length).toBe(Math.round((n * to) / from));
      }),
      { numRuns: 40 },
    );
  });

  it('keeps time from the first to the last sample of a long recording', async () => {
    for (const [from, to] of [
      [22050, 44100],
      [44100, 16000],
      [11025, 48000],
    ] as const) {
      const n = from * 12;
      const { samples } = await resample({ samples: sine(441, from, n), sampleRate: from }, to);
      expect(samples.length).toBe(12 * to);
      let worst = 0;
      for (let i = 1000; i < samples.length - 1000; i++) {
        worst = Math.max(worst, Math.abs(samples[i]! - 0.5 * Math.sin((2 * Math.PI * 441 * i) / to)));
      }
      expect(worst).toBeLessThan(1e-5);
      expect(Math.max(...samples.subarray(-500).map(Math.abs))).toBeGreaterThan(0.4);
    }
  });

  it('returns audio of that rate as it is, and takes rates above the usual', async () => {
    const audio = { samples: sine(100, 44100, 441), sampleRate: 44100 };
    expect(await resample(audio, 44100)).toBe(audio);
    const high = await resample({ samples: sine(1000, 384000, 38400), sampleRate: 384000 }, 44100);
    expect(high.samples.length).toBe(4410);
    expect(high.samples[2000]).toBeCloseTo(0.5 * Math.sin((2 * Math.PI * 1000 * 2000) / 44100), 5);
  });

  it('refuses rates that cannot be converted', async () => {
    for (const rate of [10, 383_981]) {
      const error = await resample({ samples: new Float32Array(100), sampleRate: rate }, 44100).catch(
        (e) => e,
      );
      expect(isUserError(error) && error.code).toBe('sample-rate');
    }
  });
});
