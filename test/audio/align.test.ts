import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignFrames, mel2phReference } from '../../lib/audio/align';

describe('alignFrames', () => {
  it('takes the unit nearest to each frame', () => {
    const frames = {
      frames: fc.nat(300),
      hopSize: fc.constantFrom(128, 441, 512),
      sampleRate: fc.constantFrom(24000, 44100),
    };
    const units = {
      units: fc.integer({ min: 1, max: 200 }),
      hopSeconds: fc.double({ min: 0.004, max: 0.03, noNaN: true }),
      firstCentreSeconds: fc.double({ min: -0.02, max: 0.03, noNaN: true }),
    };
    fc.assert(
      fc.property(fc.record(frames), fc.record(units), (frameGrid, unitGrid) => {
        const centre = (u: number) => unitGrid.firstCentreSeconds + u * unitGrid.hopSeconds;
        const mel2ph = alignFrames(frameGrid, unitGrid);
        expect(mel2ph.length).toBe(frameGrid.frames);
        mel2ph.forEach((unit, m) => {
          const seconds = ((m + 0.5) * frameGrid.hopSize) / frameGrid.sampleRate;
          const distance = Math.abs(centre(unit - 1) - seconds);
          expect(unit).toBeGreaterThanOrEqual(1);
          expect(unit).toBeLessThanOrEqual(unitGrid.units);
          if (unit > 1) expect(distance).toBeLessThanOrEqual(Math.abs(centre(unit - 2) - seconds) + 1e-9);
          if (unit < unitGrid.units)
            expect(distance).toBeLessThanOrEqual(Math.abs(centre(unit) - seconds) + 1e-9);
        });
      }),
    );
  });

  it('needs a unit', () => {
    const grid = { units: 0, hopSeconds: 0.02, firstCentreSeconds: 0.01 };
    expect(() => alignFrames({ frames: 3, hopSize: 512, sampleRate: 44100 }, grid)).toThrow(
      'at least one unit',
    );
  });
});

describe('mel2phReference', () => {
  it('never leaves a frame without a unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (units, frames) => {
        const mel2ph = mel2phReference(units, frames);
        expect(mel2ph.every((unit, m) => unit >= 1 && unit >= (mel2ph[m - 1] ?? 1))).toBe(true);
      }),
    );
  });
});
