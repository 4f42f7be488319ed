import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headroomCheckpoints, planRotation, planTrashRemoval } from '../../lib/training/rotation';

const file = (step: number) => ({ path: `model_ckpt_steps_${step}.ckpt`, step });

describe('planRotation', () => {
  test('twelve saves with keep 10 leave the ten newest and trash the two oldest', () => {
    const plan = planRotation(
      [2000, 4000, 6000, 8000, 10000, 12000, 14000, 16000, 18000, 20000, 22000, 24000].map(file),
      10,
    );
    expect(plan.keep.map((f) => f.step)).toEqual([
      24000, 22000, 20000, 18000, 16000, 14000, 12000, 10000, 8000, 6000,
    ]);
    expect(plan.trash.map((f) => f.step)).toEqual([4000, 2000]);
  });

  test('by number, not by name or order given', () => {
    expect(planRotation([file(9000), file(10000), file(2000)], 2).trash).toEqual([file(2000)]);
  });

  test('keep below 1 is a defect of the caller', () => {
    expect(() => planRotation([], 0)).toThrow(RangeError);
  });

  test('partition; every kept step is at least every trashed one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1e6)), fc.integer({ min: 1, max: 20 }), (steps, keep) => {
        const plan = planRotation(steps.map(file), keep);
        expect([...plan.keep, ...plan.trash].map((f) => f.step).sort()).toEqual([...steps].sort());
        expect(plan.keep.length).toBe(Math.min(keep, steps.length));
        for (const kept of plan.keep)
          for (const gone of plan.trash) expect(kept.step).toBeGreaterThan(gone.step);
      }),
    );
  });
});

describe('planTrashRemoval', () => {
  const trash = [30, 10, 20].map((trashedMs) => ({ path: `t${trashedMs}`, bytes: 100, trashedMs }));

  test('nothing while three checkpoints fit', () => {
    expect(planTrashRemoval(trash, headroomCheckpoints * 100, 100)).toEqual([]);
  });

  test('oldest first and only as many as needed', () => {
    expect(planTrashRemoval(trash, 150, 100).map((f) => f.path)).toEqual(['t10', 't20']);
  });

  test('all of it if even that is not enough', () => {
    expect(planTrashRemoval(trash, 0, 1000)).toHaveLength(3);
  });
});
