import { expect, it } from 'vitest';
import { MIN_SPEC_SPAN, specRange } from '../../lib/data/spec-range';

it('takes least and greatest of every bin over all items (spec j)', () => {
  const a = { data: Float32Array.of(-5, -1, -5, -4, 0, -5), frames: 2, width: 3 };
  const b = { data: Float32Array.of(-3, -2, -5), frames: 1, width: 3 };
  const { specMin, specMax } = specRange([a, b]);
  expect(specMin).toEqual([-5, -1 - 1, -5]);
  expect(specMax.slice(0, 2)).toEqual([-3, 0]);
});

it('guards a bin where nothing sounds (k.3)', () => {
  const { specMin, specMax } = specRange([{ data: Float32Array.of(-5, -5), frames: 2, width: 1 }]);
  expect(specMax[0]! - specMin[0]!).toBeCloseTo(MIN_SPEC_SPAN, 12);
});
