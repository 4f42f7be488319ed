import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from '../../lib/data/plan-batches';

describe('planBatches', () => {
  it('closes a batch that is full or would exceed the frames', () => {
    // by hand: 3 x 10 = 30 fits, a fourth of 11 makes 4 x 11 = 44 > 40
    expect(planBatches([5, 9, 10, 11, 12], { maxTokens: 40, maxSentences: 9 })).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(planBatches([1, 1, 1, 1, 1], { maxTokens: 40, maxSentences: 2 })).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('keeps both limits and every item once, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 }),
        fc.integer({ min: 50, max: 200 }),
        fc.integer({ min: 1, max: 9 }),
        (lengths, maxTokens, maxSentences) => {
          const batches = planBatches(lengths, { maxTokens, maxSentences });
          expect(batches.flat()).toEqual(lengths.map((_, i) => i));
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(maxSentences);
            const longest = Math.max(...batch.map((i) => lengths[i]!));
            expect(batch.length * longest).toBeLessThanOrEqual(maxTokens);
          }
        },
      ),
    );
  });

  it('refuses an item that no batch can hold (k.24)', () => {
    expect(() => planBatches([3, 41], { maxTokens: 40, maxSentences: 2 })).toThrow(/41 frames/);
  });
});
