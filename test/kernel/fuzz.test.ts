/** A short fuzz of the kernel; `npm run fuzz -- kernel --runs N` does it at length. */
import { expect, it } from 'vitest';
import { fuzzKernel } from './fuzz';

it('survives damaged and senseless messages', async () => {
  expect((await fuzzKernel(500, 7)).failures).toEqual([]);
});
