import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32ToHalf, halfToFloat32 } from '../../lib/storage/float-formats';

const halfOf = (value: number): number => float32ToHalf(Float32Array.of(value))[0]!;

describe('float32ToHalf', () => {
  // IEEE 754-2008, binary16
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [Infinity, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -25, 0x0001],
    [1 / 3, 0x3555],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
  ])('gives %d the bits %d', (value, bits) => {
    expect(halfOf(value)).toBe(bits);
  });

  it('gives back every half as it was', () => {
    const all = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i).filter((h) => (h & 0x7fff) <= 0x7c00);
    expect(float32ToHalf(halfToFloat32(all))).toEqual(all);
  });

  it('rounds to the nearest', () => {
    fc.assert(
      fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (value) => {
        const bits = halfOf(value);
        const error = (h: number): number => Math.abs(halfToFloat32(Uint16Array.of(h))[0]! - value);
        expect(error(bits)).toBeLessThanOrEqual(error(bits + 1));
        if ((bits & 0x7fff) > 0) expect(error(bits)).toBeLessThanOrEqual(error(bits - 1));
      }),
    );
  });
});
