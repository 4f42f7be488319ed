import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseValidation } from '../../lib/data/split';

const namesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => `clip-${String(i).padStart(3, '0')}`);
const options = { validationItems: 5, seed: 1, lastFive: false };

describe('chooseValidation', () => {
  it('leaves most to training', () => {
    const counts = [1, 2, 5, 9, 10, 24, 25, 100].map(
      (count) => chooseValidation(namesOf(count), options).size,
    );
    expect(counts).toEqual([0, 1, 1, 1, 2, 4, 5, 5]);
    expect(chooseValidation(namesOf(50), { ...options, validationItems: 0 }).size).toBe(0);
  });

  it('depends on names and seed, not on order; adding clips moves few', () => {
    const names = namesOf(60);
    const chosen = [...chooseValidation(names, options)].sort();
    expect([...chooseValidation([...names].reverse(), options)].sort()).toEqual(chosen);
    expect([...chooseValidation(names, { ...options, seed: 2 })].sort()).not.toEqual(chosen);
    const more = chooseValidation([...names, 'one more'], options);
    expect(chosen.filter((name) => more.has(name)).length).toBeGreaterThanOrEqual(chosen.length - 1);
  });

  it('always leaves one to training', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(50),
        fc.boolean(),
        (count, validationItems, lastFive) => {
          const chosen = chooseValidation(namesOf(count), { validationItems, seed: 3, lastFive });
          expect(chosen.size).toBeLessThan(count);
          for (const name of chosen) expect(namesOf(count)).toContain(name);
        },
      ),
    );
  });

  it('compat: the last five in order of name (spec j)', () => {
    const chosen = chooseValidation([...namesOf(8)].reverse(), { ...options, lastFive: true });
    expect([...chosen].sort()).toEqual(namesOf(8).slice(3));
    expect(chooseValidation(namesOf(4), { ...options, lastFive: true }).size).toBe(3);
  });
});
