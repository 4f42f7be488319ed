import { describe, expect, test } from 'vitest';
import { preset } from '../../lib/config/presets';
import { bytesNeeded, checkpointSizes, type ForecastInput, forecast } from '../../lib/training/forecast';

// Sizes of the issue: 0.4 GB, and about 135 MB without the optimiser.
const documented: ForecastInput = {
  fullBytes: 400e6,
  slimBytes: 135e6,
  saves: 40,
  keep: 10,
  freeBytes: 15e9,
  trashBytes: 0,
  letsGo: true,
  purge: false,
  wholeEvery: 1,
};

test('the documented model has the documented sizes', () => {
  const { fullBytes, slimBytes } = checkpointSizes(preset('nsf-44k').model);
  expect(fullBytes / 400e6).toBeGreaterThan(0.9);
  expect(fullBytes / 400e6).toBeLessThan(1.1);
  expect(slimBytes / 135e6).toBeGreaterThan(0.9);
  expect(slimBytes / 135e6).toBeLessThan(1.1);
});

describe('what is needed', () => {
  test('everything full: every save counts, in the folder or in the trash', () => {
    expect(bytesNeeded(documented, null)).toBe(40 * 400e6);
  });
  test('newest two full: three while one is uploaded, and every older one slim', () => {
    expect(bytesNeeded(documented, 2)).toBe(3 * 400e6 + 38 * 135e6);
  });
  test('purged: what stays, and one more', () => {
    expect(bytesNeeded({ ...documented, purge: true }, null)).toBe(11 * 400e6);
  });
});

describe('the plan on an empty free Drive', () => {
  test('80,000 steps: newest two full', () => {
    expect(forecast(documented).plan).toEqual({ fullCount: 2, needBytes: 6.33e9 });
  });
  test('120,000 steps: newest two full', () => {
    expect(forecast({ ...documented, saves: 60 }).plan).toEqual({ fullCount: 2, needBytes: 9.03e9 });
  });
  test('30 saves fit as they are', () => {
    expect(forecast({ ...documented, saves: 30 }).plan).toEqual({ fullCount: null, needBytes: 12e9 });
  });
  test('a store that does not say is not in the way', () => {
    expect(forecast({ ...documented, freeBytes: null }).plan?.fullCount).toBeNull();
  });
});

test('what does not fit is refused with what does', () => {
  const { plan, needBytes, choices } = forecast({ ...documented, freeBytes: 3e9 });
  expect(plan).toBeNull();
  expect(needBytes).toBe(6.33e9);
  const fits = choices.filter((choice) => choice.needBytes <= 3e9).map(({ flags }) => flags);
  expect(fits).toContain('--drive-purge');
  expect(choices.map(({ flags }) => flags)).toEqual([
    '--drive-purge',
    '--keep 5 --drive-purge',
    '--checkpoint-interval',
  ]);
});

test('a store that cannot let bytes go: slim ones between full ones are a choice', () => {
  const { plan, choices } = forecast({ ...documented, letsGo: false });
  expect(plan).toBeNull();
  const every = choices.find(({ flags }) => flags === '--drive-whole-every 2');
  expect(every?.needBytes).toBe(20 * 400e6 + 20 * 135e6);
});
