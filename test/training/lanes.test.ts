import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lanesFor } from '../../lib/training/lanes';

describe('lanesFor', () => {
  it.each([
    [12, 2, 2],
    [12, 5, 4],
    [7, 4, 1],
    [1, 8, 1],
    [3, 3, 3],
  ])('deals %i items to at most %i lanes as %i', (size, lanes, expected) => {
    expect(lanesFor(size, lanes)).toBe(expected);
  });

  it('divides the batch', () => {
    const count = fc.integer({ min: 1, max: 64 });
    fc.assert(
      fc.property(count, count, (size, lanes) => {
        const found = lanesFor(size, lanes);
        expect(size % found).toBe(0);
        expect(found).toBeLessThanOrEqual(lanes);
      }),
    );
  });
});
