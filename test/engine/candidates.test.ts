import { describe, expect, test } from 'vitest';
import { planCandidates, readSettings } from '../../lib/engine/candidates';

describe('readSettings', () => {
  test('an unknown engine is named, with the known ones', () => {
    expect(() => readSettings({ DIFF_SVC_ENGINE: 'cuda' })).toThrow(/python, wheel, package, js, got cuda/);
  });

  test('a folder together with an engine that uses none is a contradiction', () => {
    expect(() => readSettings({ DIFF_SVC_ENGINE: 'wheel', DIFF_SVC_TENSORFLOW: '/tf' })).toThrow(
      /DIFF_SVC_ENGINE=wheel/,
    );
    expect(readSettings({ DIFF_SVC_ENGINE: 'python', DIFF_SVC_TENSORFLOW: '/tf' })).toEqual({
      engine: 'python',
      tensorflow: '/tf',
    });
  });

  test('empty variables count as unset', () => {
    expect(readSettings({ DIFF_SVC_ENGINE: '', DIFF_SVC_TENSORFLOW: '' })).toEqual({});
  });
});

describe('planCandidates', () => {
  test('the order of the issue on Linux x64', () => {
    expect(planCandidates({}, 'linux', 'x64')).toEqual({
      order: ['python', 'wheel', 'package', 'js'],
      skipped: [],
      forced: false,
    });
  });

  test('what the user names is the only candidate', () => {
    expect(planCandidates({ engine: 'wheel' }, 'linux', 'x64')).toMatchObject({
      order: ['wheel'],
      forced: true,
    });
    expect(planCandidates({ tensorflow: '/tf' }, 'linux', 'x64')).toMatchObject({
      order: ['python'],
      forced: true,
    });
  });

  test('no pinned wheel for another processor; the reason says what to do', () => {
    const plan = planCandidates({}, 'linux', 'arm64');
    expect(plan.order).toEqual(['python', 'package', 'js']);
    expect(plan.skipped).toHaveLength(1);
    expect(plan.skipped[0]!.reason).toMatch(/arm64.*pip install tensorflow/);
  });

  test('another system gets JavaScript and a reason for each that was left out', () => {
    const plan = planCandidates({}, 'darwin', 'arm64');
    expect(plan.order).toEqual(['js']);
    expect(plan.skipped.map((attempt) => attempt.candidate)).toEqual(['python', 'wheel', 'package']);
  });
});
