import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredFile } from '../../lib/storage/store';
import { asCheckpoint, newestFirst, type RemoteCheckpoint } from '../../lib/training/remote-checkpoints';
import { planCatchUp, planRemoteRotation } from '../../lib/training/remote-rotation';

let ids = 0;

interface Given {
  step: number;
  run?: string;
  md5?: string;
  wrong?: boolean;
  slim?: boolean;
  pinned?: boolean;
  createdMs?: number;
  from?: string;
}

function checkpoint({
  step,
  run = 'a1',
  md5 = `md5-${step}`,
  wrong,
  slim,
  pinned,
  createdMs = step,
  from,
}: Given): RemoteCheckpoint {
  const file: StoredFile = {
    id: `id-${ids++}`,
    name: `model_ckpt_steps_${step}.ckpt`,
    kind: 'file',
    bytes: 10,
    md5: wrong ? 'other' : md5,
    sha256: null,
    trashed: false,
    folder: 'f',
    marks: {
      dsvcRun: run,
      dsvcStep: String(step),
      dsvcMd5: md5,
      dsvcSha256: 'x',
      ...(slim ? { dsvcSlim: '1' } : {}),
      ...(pinned ? { dsvcPinned: '1' } : {}),
      ...(from ? { dsvcFrom: from } : {}),
    },
    own: true,
    createdMs,
  };
  return asCheckpoint(file)!;
}

const steps = (files: readonly RemoteCheckpoint[]): number[] => files.map(({ step }) => step);
const full = { keep: 2, fullCount: null };

describe('planRemoteRotation', () => {
  test('a damaged newer one supersedes nothing', () => {
    const plan = planRemoteRotation(
      [1, 2].map((step) => checkpoint({ step })).concat(checkpoint({ step: 3, wrong: true })),
      full,
    );
    expect([steps(plan.keep), steps(plan.trash)]).toEqual([[2, 1], []]);
  });

  test('a damaged one goes when a whole one of its step is there', () => {
    const bad = checkpoint({ step: 2, wrong: true });
    const plan = planRemoteRotation([checkpoint({ step: 1 }), bad, checkpoint({ step: 2 })], full);
    expect(plan.trash).toEqual([bad]);
  });

  test('a damaged one of which there is no whole one goes once `keep` newer steps are whole, and not before', () => {
    const bad = checkpoint({ step: 1, wrong: true });
    const [two, three] = [checkpoint({ step: 2 }), checkpoint({ step: 3 })];
    expect(planRemoteRotation([bad, two], full).trash).toEqual([]);
    expect(planRemoteRotation([bad, two, three], full)).toMatchObject({ keep: [three, two], trash: [bad] });
    const pinned = checkpoint({ step: 1, wrong: true, pinned: true });
    expect(planRemoteRotation([pinned, two, three], full).trash).toEqual([]);
  });

  test('twins that say the same: the older stays; that differ: both stay, and somebody is told', () => {
    const [first, second] = [checkpoint({ step: 5, createdMs: 1 }), checkpoint({ step: 5, createdMs: 2 })];
    expect(planRemoteRotation([second, first], full)).toMatchObject({
      keep: [first],
      trash: [second],
      conflicts: [],
    });
    const other = checkpoint({ step: 5, md5: 'else' });
    expect(planRemoteRotation([first, other], full)).toMatchObject({ trash: [], conflicts: [5] });
  });

  test('pinned ones do not count and do not go', () => {
    const files = [1, 2, 3, 4].map((step) => checkpoint({ step, pinned: step === 1 }));
    const plan = planRemoteRotation(files, full);
    expect([steps(plan.keep), steps(plan.trash)]).toEqual([[4, 3, 1], [2]]);
  });

  test('of older ones a slim copy first, then the full one goes', () => {
    const files = [1, 2, 3].map((step) => checkpoint({ step }));
    const first = planRemoteRotation(files, { keep: 3, fullCount: 2 });
    expect([steps(first.shrink), steps(first.letGo), steps(first.trash)]).toEqual([[1], [], []]);
    const slim = checkpoint({ step: 1, slim: true, md5: 'slim' });
    const second = planRemoteRotation([...files, slim], { keep: 3, fullCount: 2 });
    expect([steps(second.shrink), second.letGo, steps(second.trash)]).toEqual([[], [files[0]], []]);
    expect(second.conflicts).toEqual([]);
  });

  test('whatever is there: min(whole steps, keep) steps stay whole, and nothing goes that nothing newer replaces', () => {
    const given = fc.record({
      step: fc.integer({ min: 1, max: 12 }),
      wrong: fc.boolean(),
      slim: fc.boolean(),
      pinned: fc.boolean(),
      md5: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(
        fc.array(given, { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(null, 1, 2),
        (all, keep, fullCount) => {
          const files = all.map(checkpoint);
          const plan = planRemoteRotation(files, { keep, fullCount });
          const gone = new Set([...plan.trash, ...plan.letGo]);
          const whole = files.filter(({ file }) => file.md5 === file.marks.dsvcMd5);
          const left = new Set(steps(whole.filter((file) => !gone.has(file))));
          const all_ = new Set(steps(whole));
          expect(left.size).toBeGreaterThanOrEqual(Math.min(all_.size, keep));
          for (const step of [...all_].sort((a, b) => b - a).slice(0, keep))
            expect(left.has(step)).toBe(true);
          for (const file of files.filter(({ pinned }) => pinned))
            if (whole.includes(file)) expect(plan.trash.includes(file)).toBe(false);
        },
      ),
    );
  });

  test('keep below 1 is a defect of the caller', () => {
    expect(() => planRemoteRotation([], { keep: 0, fullCount: null })).toThrow(RangeError);
  });
});

test('latest: the run that saved last, then what it came from, then others', () => {
  const old = [1, 2, 3, 4].map((step) => checkpoint({ step, run: 'a1', createdMs: step }));
  const gone = [3, 3.5].map((time, i) =>
    checkpoint({ step: 3 + i, run: 'b2', createdMs: 10 + time, from: 'a1@2' }),
  );
  expect(newestFirst([...old, ...gone]).map(({ step, run }) => `${run} ${step}`)).toEqual([
    'b2 4',
    'b2 3',
    'a1 2',
    'a1 1',
    'a1 4',
    'a1 3',
  ]);
});

test('to catch up: own local steps that are missing and would be kept', () => {
  const local = [8, 6, 4, 2].map((step) => ({ step }));
  expect(planCatchUp(local, [8], 2, 10)).toEqual([{ step: 6 }, { step: 4 }]);
  expect(planCatchUp(local, [8, 7], 0, 3)).toEqual([{ step: 6 }]);
});
