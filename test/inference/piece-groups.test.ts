import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupPieces } from '../../lib/inference/piece-groups';

describe('groupPieces', () => {
  it('joins pieces of about the same length, longest first', () => {
    expect(groupPieces([50, 100, 95, 10], 2)).toEqual([[1, 2], [0], [3]]);
    expect(groupPieces([100, 100, 100], 2)).toEqual([[0, 1], [2]]);
    expect(groupPieces([100, 90, 89], 3)).toEqual([[0, 1], [2]]);
    expect(groupPieces([], 2)).toEqual([]);
  });

  it('takes every piece once, and never more than a tenth shorter ones to a longer one', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 40 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 4 }), (pieces, together) => {
        const groups = groupPieces(pieces, together);
        expect(groups.flat().sort((a, b) => a - b)).toEqual(pieces.map((_, i) => i));
        for (const group of groups) {
          expect(group.length).toBeLessThanOrEqual(together);
          const sizes = group.map((i) => pieces[i]!);
          expect(Math.min(...sizes)).toBeGreaterThanOrEqual(0.9 * Math.max(...sizes));
        }
      }),
    );
  });
});
