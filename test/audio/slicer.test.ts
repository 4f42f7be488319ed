import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Slice, sliceAtSilence } from '../../lib/audio/slicer';
import { sliceReference } from '../../lib/audio/slicer-reference';

const config = { minSeconds: 2, maxSeconds: 15, thresholdDb: -40 };
const sampleRate = 2000;

/** Stretches of (seconds, amplitude) of a 200 Hz tone. */
function tones(...parts: [seconds: number, amplitude: number][]): Float32Array {
  const samples = parts.flatMap(([seconds, amplitude]) =>
    Array.from(
      { length: Math.round(seconds * sampleRate) },
      (_, i) => amplitude * Math.sin(0.2 * Math.PI * i),
    ),
  );
  return Float32Array.from(samples);
}

function slice(samples: Float32Array): Slice[] {
  return sliceAtSilence({ samples, sampleRate }, config);
}

const seconds = (s: Slice) => (s.end - s.start) / sampleRate;

function expectPartition(slices: readonly Slice[], n: number): void {
  let at = 0;
  for (const { start, end } of slices) {
    expect(start).toBe(at);
    expect(end).toBeGreaterThan(start);
    at = end;
  }
  expect(at).toBe(n);
}

describe('sliceAtSilence', () => {
  it('covers any input exactly, with voiced slices of the lengths asked for', () => {
    const part = fc.tuple(
      fc.double({ min: 0.01, max: 25, noNaN: true }),
      fc.constantFrom(0, 0, 1e-6, 0.003, 0.1, 0.9),
    );
    const rates = fc.constantFrom(2000, 2205, 1999);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), rates, (parts, rate) => {
        const samples = tones(...(parts as [number, number][]));
        const slices = sliceAtSilence({ samples, sampleRate: rate }, config);
        expectPartition(slices, samples.length);
        for (const s of slices) {
          const length = (s.end - s.start) / rate;
          if (s.silent) continue;
          expect(length).toBeLessThanOrEqual(config.maxSeconds);
          expect(length).toBeGreaterThanOrEqual(Math.min(config.minSeconds, samples.length / rate));
        }
        for (let i = 1; i < slices.length; i++)
          expect(slices[i]!.silent && slices[i - 1]!.silent).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('is one silent slice for silence, digital or nearly', () => {
    for (const amplitude of [0, 1e-5]) {
      const samples = tones([20, amplitude]);
      expect(slice(samples)).toEqual([{ start: 0, end: samples.length, silent: true }]);
    }
    expect(slice(tones([0.1, 0]))).toEqual([{ start: 0, end: 200, silent: true }]);
    expect(slice(new Float32Array(0))).toEqual([]);
  });

  it('cuts a tone of 60 s, which has no quiet place, into pieces of at most 15 s', () => {
    const slices = slice(tones([60, 0.5]));
    expectPartition(slices, 60 * sampleRate);
    expect(slices.length).toBeLessThanOrEqual(5);
    for (const s of slices) {
      expect(s.silent).toBe(false);
      expect(seconds(s)).toBeLessThanOrEqual(15);
      expect(seconds(s)).toBeGreaterThanOrEqual(2);
    }
  });

  it('takes long silences out and leaves short pauses in', () => {
    const slices = slice(tones([3, 0.5], [0.3, 0], [3, 0.5], [2, 0], [4, 0.5]));
    expect(slices.map((s) => s.silent)).toEqual([false, true, false]);
    expect(seconds(slices[0]!)).toBeCloseTo(6.4, 1);
    expect(seconds(slices[1]!)).toBeCloseTo(1.8, 1);
  });

  it('cuts long singing in its pauses, the quieter the better', () => {
    const slices = slice(tones([8, 0.5], [0.2, 0.05], [3, 0.5], [0.2, 0], [9, 0.5]));
    expect(slices.length).toBe(2);
    expect(slices[0]!.end / sampleRate).toBeGreaterThan(11.2);
    expect(slices[0]!.end / sampleRate).toBeLessThan(11.4);
  });

  it('does not take a quiet recording for silence', () => {
    const quiet = tones([4, 0.003], [1, 0], [4, 0.003]);
    const loud = quiet.map((value) => value * 300);
    expect(slice(quiet)).toEqual(slice(loud));
    expect(slice(quiet).map((s) => s.silent)).toEqual([false, true, false]);
  });

  it('gives a single short cry enough silence to be a clip', () => {
    const slices = slice(tones([10, 0], [0.4, 0.5], [10, 0]));
    expect(slices.map((s) => s.silent)).toEqual([true, false, true]);
    expect(seconds(slices[1]!)).toBeCloseTo(2, 2);
  });
});

describe('sliceReference', () => {
  it('leaves a recording of five seconds whole', () => {
    const samples = tones([5, 0]);
    expect(sliceReference({ samples, sampleRate }, { thresholdDb: -40 })).toEqual([
      { start: 0, end: samples.length, silent: false },
    ]);
  });

  it('covers any input exactly, NaN or not', () => {
    const part = fc.tuple(fc.double({ min: 0.1, max: 9, noNaN: true }), fc.constantFrom(0, 1e-4, 0.3));
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 6 }), (parts) => {
        const samples = tones(...(parts as [number, number][]));
        expectPartition(sliceReference({ samples, sampleRate }, { thresholdDb: -40 }), samples.length);
      }),
      { numRuns: 30 },
    );
  });
});
