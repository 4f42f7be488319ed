import { expect, test } from 'vitest';
import { RecentShapes } from '../../lib/tensor/few-shapes';

test('shapes that were used last stay, and say whether they were there', () => {
  const shapes = new RecentShapes<number>(2);
  expect([shapes.use('a', 1), shapes.use('b', 2), shapes.use('a', 1)]).toEqual([false, false, true]);
  expect(shapes.use('c', 3)).toBe(false);
  expect(shapes.entries()).toEqual([
    ['a', 1],
    ['c', 3],
  ]);
  expect([shapes.has('b'), shapes.use('b', 2)]).toEqual([false, false]);
});
