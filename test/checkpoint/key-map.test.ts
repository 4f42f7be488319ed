import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toInternal, toTorch } from '../../lib/checkpoint/key-map';
import type { ParameterKind } from '../../lib/model/parameters';

const KINDS: Readonly<Record<ParameterKind, number>> = { linear: 2, conv1d: 3, vector: 1, table: 2 };

/** Element `index` of a row-major array of `shape`. */
function flat(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0);
}

test('linear and convolution weights, element by element', () => {
  const [out, width, kernel] = [37, 70, 3];
  const conv = {
    shape: [out, width, kernel],
    data: Float32Array.from({ length: out * width * kernel }, (_, i) => i),
  };
  const linear = { shape: [out, width], data: conv.data.slice(0, out * width) };
  const [c, l] = [toInternal({ kind: 'conv1d' }, conv), toInternal({ kind: 'linear' }, linear)];
  expect([c.shape, l.shape]).toEqual([
    [kernel, width, out],
    [width, out],
  ]);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < width; i++) {
      expect(l.data[flat(l.shape, [i, o])]).toBe(linear.data[flat(linear.shape, [o, i])]);
      for (let k = 0; k < kernel; k++)
        expect(c.data[flat(c.shape, [k, i, o])]).toBe(conv.data[flat(conv.shape, [o, i, k])]);
    }
  }
});

test('there and back is nothing', () => {
  const kinds = fc.constantFrom(...(Object.keys(KINDS) as ParameterKind[]));
  const axes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(kinds, axes, (kind, sizes) => {
      const shape = sizes.slice(0, KINDS[kind]);
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
      expect(toTorch({ kind }, toInternal({ kind }, { shape, data }))).toEqual({ shape, data });
    }),
  );
});

test('a tensor of another rank is a defect', () => {
  expect(() => toInternal({ kind: 'linear' }, { shape: [2], data: new Float32Array(2) })).toThrow(
    /Expected 2 axes/,
  );
});
