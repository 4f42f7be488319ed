import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fuzzCheckpoints, fuzzSamples } from './fuzz';

// `npm run fuzz -- checkpoint --runs 100000` is the long form
test('500 damaged files: errors of ours, memory within four times the size', async () => {
  const result = fuzzCheckpoints(await fuzzSamples(join(__dirname, '../golden')), { runs: 500, seed: 20 });
  expect(Object.keys(result.refused).sort()).toEqual([
    'checkpoint-invalid',
    'checkpoint-refused',
    'checkpoint-torn',
  ]);
  expect(result.insidePickle).toBeGreaterThanOrEqual(result.runs / 2);
  expect(result.worstGrowth).toBeLessThanOrEqual(4);
});
