import { describe, expect, test } from 'vitest';
import { Philox, philox4x32, streams } from '../../lib/random/philox';

function block(counter: number[], key: [number, number]): string[] {
  const out = new Uint32Array(4);
  philox4x32(Uint32Array.from(counter), key, out);
  return [...out].map((v) => v.toString(16).padStart(8, '0'));
}

describe('philox4x32-10 known answers (Random123, kat_vectors)', () => {
  test('zeros', () => {
    expect(block([0, 0, 0, 0], [0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
  });
  test('ones', () => {
    const f = 0xffffffff;
    expect(block([f, f, f, f], [f, f])).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']);
  });
  test('digits of pi', () => {
    expect(block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ]);
  });
});

describe('Philox', () => {
  test('depends on seed, stream and index only', () => {
    const a = new Philox(7, streams.noise, 3).normals(8);
    expect(new Philox(7, streams.noise, 3).normals(8)).toEqual(a);
    expect(new Philox(8, streams.noise, 3).normals(8)).not.toEqual(a);
    expect(new Philox(7, streams.order, 3).normals(8)).not.toEqual(a);
    expect(new Philox(7, streams.noise, 4).normals(8)).not.toEqual(a);
  });

  test('seeds above 2^32 are distinct', () => {
    expect(new Philox(2 ** 32, streams.noise).uint32()).not.toBe(new Philox(0, streams.noise).uint32());
  });

  test('normals have the moments of N(0, 1) within 5 standard errors', () => {
    const n = 200_000;
    const draws = new Philox(1234, streams.noise).normals(n);
    const moment = (p: number) => draws.reduce((sum, x) => sum + x ** p, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  });

  test('integers are uniform (chi-square, 9 degrees of freedom, p = 0.0001)', () => {
    const random = new Philox(5, streams.timesteps);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.integer(10)]!++;
    const chi = counts.reduce((sum, c) => sum + (c - 10_000) ** 2 / 10_000, 0);
    expect(chi).toBeLessThan(33.7);
  });

  test('permutation holds every number once', () => {
    const p = new Philox(5, streams.order, 2).permutation(100);
    expect([...p].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
