import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { laneSizes } from '../../lib/training/lanes';

describe('laneSizes', () => {
  it.each([
    [12, 2, [6, 6]],
    [12, 5, [3, 3, 2, 2, 2]],
    [7, 4, [2, 2, 2, 1]],
    [1, 8, [1]],
    [3, 3, [1, 1, 1]],
  ])('deals %i items to at most %i lanes as %j', (size, lanes, expected) => {
    expect(laneSizes(size, lanes)).toEqual(expected);
  });

  it('deals all items, as equally as can be', () => {
    const count = fc.integer({ min: 1, max: 64 });
    fc.assert(
      fc.property(count, count, (size, lanes) => {
        const sizes = laneSizes(size, lanes);
        expect(sizes.reduce((a, b) => a + b)).toBe(size);
        expect(sizes.length).toBe(Math.min(size, lanes));
        expect(sizes[0]! - sizes.at(-1)!).toBeLessThanOrEqual(1);
      }),
    );
  });
});
