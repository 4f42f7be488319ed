import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phoneNames, SILENCE } from '../../lib/encoder-training/phones';
import { drawTimeline, FRAME_SECONDS, placeInPhone } from '../../lib/encoder-training/timeline';
import { Philox, streams } from '../../lib/random/philox';

const seconds = fc.double({ min: 0.03, max: 2, noNaN: true });

describe('placeInPhone', () => {
  it('is the identity where nothing is stretched', () => {
    fc.assert(
      fc.property(seconds, fc.double({ min: 0, max: 1, noNaN: true }), (length, share) => {
        expect(placeInPhone(share * length, length, length, 1)).toBeCloseTo(share * length, 9);
      }),
    );
  });

  it('rises from the start of the sound to its end', () => {
    fc.assert(
      fc.property(seconds, seconds, fc.double({ min: 1, max: 3, noNaN: true }), (length, natural, hold) => {
        const places = Array.from({ length: 51 }, (_, i) =>
          placeInPhone((i / 50) * length, length, natural, hold),
        );
        expect(places[0]).toBeCloseTo(0, 9);
        expect(places[50]).toBeCloseTo(natural, 9);
        for (let i = 1; i < places.length; i++)
          expect(places[i]!).toBeGreaterThanOrEqual(places[i - 1]! - 1e-9);
      }),
    );
  });

  it('passes 40 ms at both ends of a long sound at natural speed', () => {
    expect(placeInPhone(0.03, 1, 0.2, 1)).toBeCloseTo(0.03, 9);
    expect(placeInPhone(0.98, 1, 0.2, 1)).toBeCloseTo(0.18, 9);
    // The middle: 0.04 ... 0.96 of the held sound is 0.04 ... 0.16 of the natural one.
    expect(placeInPhone(0.5, 1, 0.2, 1)).toBeCloseTo(0.1, 9);
  });
});

describe('drawTimeline', () => {
  const texts = {
    phones: Int32Array.of(SILENCE, phoneNames.indexOf('s'), phoneNames.indexOf('iy'), SILENCE),
    textStart: Int32Array.of(0, 4),
    ends: Float32Array.of(0.2, 0.3, 0.45, 0.6),
  };

  it('is a sequence of phones without gaps, in their order', () => {
    const line = drawTimeline(texts, 500, new Philox(3, streams.encoderSegments, 1));
    for (let t = 1; t < 500; t++) {
      const [before, now] = [line.phone[t - 1]!, line.phone[t]!];
      if (before === now && line.since[t]! > line.since[t - 1]!) {
        expect(line.since[t]! - line.since[t - 1]!).toBeCloseTo(FRAME_SECONDS, 4);
      } else {
        expect(now).toBe((before + 1) % 4);
        expect(line.since[t]!).toBeLessThan(FRAME_SECONDS + 1e-4);
      }
      expect(line.since[t]!).toBeLessThanOrEqual(line.length[t]!);
    }
  });

  it('is the same for the same draws', () => {
    const draw = () => drawTimeline(texts, 100, new Philox(3, streams.encoderSegments, 2));
    expect(draw()).toEqual(draw());
  });
});
