import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coarsePitch, f0FromLog2, f0ToLog2, shiftKey, shiftKeyCompat } from '../../lib/audio/pitch';

describe('f0ToLog2', () => {
  it('interpolates in log2 between voiced frames and holds the ends', () => {
    const { log2, unvoiced } = f0ToLog2(Float64Array.of(0, 128, 0, 0, 0, 512, 0));
    expect([...log2]).toEqual([7, 7, 7.5, 8, 8.5, 9, 9]);
    expect([...unvoiced]).toEqual([1, 0, 1, 1, 1, 0, 1]);
  });

  it('is zero everywhere without voice', () => {
    expect([...f0ToLog2(new Float32Array(3)).log2]).toEqual([0, 0, 0]);
    expect(f0ToLog2(new Float32Array(0)).log2.length).toBe(0);
  });

  it('leaves voiced frames as they are', () => {
    const hz = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 40, max: 1100, noNaN: true })), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(hz, (values) => {
        const { log2 } = f0ToLog2(Float64Array.from(values));
        const back = f0FromLog2(log2);
        values.forEach((value, i) => {
          if (value > 0) expect(Math.abs(back[i]! / value - 1)).toBeLessThan(1e-6);
          expect(Number.isFinite(log2[i]!)).toBe(true);
        });
      }),
    );
  });
});

describe('coarsePitch', () => {
  it('is 1 at and below the range, 255 at and above, and rises', () => {
    expect([...coarsePitch([0, 1, 40, 1100, 5000], 40, 1100)]).toEqual([1, 1, 1, 255, 255]);
    const rising = coarsePitch(
      Array.from({ length: 2000 }, (_, i) => 30 + i),
      40,
      1100,
    );
    for (let i = 1; i < rising.length; i++) expect(rising[i]! - rising[i - 1]!).toBeGreaterThanOrEqual(0);
  });
});

describe('shiftKey', () => {
  const log2 = Float32Array.of(Math.log2(100), Math.log2(440), Math.log2(1000));

  it('moves by semitones and holds notes at the ends of the range', () => {
    expect([...f0FromLog2(shiftKey(log2, 12, 40, 1100))].map(Math.round)).toEqual([200, 880, 1100]);
    expect([...f0FromLog2(shiftKey(log2, -24, 40, 1100))].map(Math.round)).toEqual([40, 110, 250]);
  });

  it('as the reference has it: 1 Hz above the range', () => {
    expect([...f0FromLog2(shiftKeyCompat(log2, 12, 1100))].map(Math.round)).toEqual([200, 880, 1]);
    expect([...f0FromLog2(shiftKeyCompat(log2, -24, 1100))].map(Math.round)).toEqual([25, 110, 250]);
  });
});
