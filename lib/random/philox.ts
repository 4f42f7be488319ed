/**
 * Counter-based random numbers: a value depends only on (seed, stream, index), never on what was drawn before. So
 * resuming needs no generator state: the step number is the state.
 *
 * Philox4x32-10: Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3". Test vectors in test/random.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High 32 bits of the unsigned product `a * b`. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const mid = aHigh * bLow + ((aLow * bLow) >>> 16);
  const midLow = (mid & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(mid / 0x10000) + Math.floor(midLow / 0x10000)) >>> 0;
}

/**
 * One block of Philox4x32-10.
 * @param counter four uint32, @param key two uint32, @param out receives four uint32
 */
export function philox4x32(counter: Uint32Array, key: readonly [number, number], out: Uint32Array): void {
  let [c0, c1, c2, c3] = [counter[0]!, counter[1]!, counter[2]!, counter[3]!];
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const h0 = mulHigh(M0, c0);
    const h1 = mulHigh(M1, c2);
    const l0 = Math.imul(M0, c0) >>> 0;
    const l1 = Math.imul(M1, c2) >>> 0;
    c0 = (h1 ^ c1 ^ k0) >>> 0;
    c1 = l1;
    c2 = (h0 ^ c3 ^ k1) >>> 0;
    c3 = l0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Names of the independent streams of one seed; a number, once given, is never reused. */
export const streams = {
  init: 1,
  timesteps: 2,
  noise: 3,
  order: 4,
  crop: 5,
  validation: 6,
  sampler: 7,
  vocoder: 8,
  dropout: 9,
  encoderTexts: 20,
  encoderSegments: 21,
  encoderRenderings: 22,
  encoderBatches: 23,
} as const;
export type Stream = (typeof streams)[keyof typeof streams];

/** Random numbers of one (seed, stream, index): `index` is the step, epoch or item that they belong to. */
export class Philox {
  private readonly counter: Uint32Array;
  private readonly key: readonly [number, number];
  private readonly block = new Uint32Array(4);
  private used = 4;

  /** @param seed integer in [0, 2^53), @param stream which kind of draw, @param index which one, in [0, 2^53) */
  constructor(seed: number, stream: Stream, index = 0) {
    this.key = [seed >>> 0, (Math.floor(seed / 2 ** 32) ^ (stream << 21)) >>> 0];
    this.counter = Uint32Array.of(0, 0, index >>> 0, Math.floor(index / 2 ** 32) >>> 0);
  }

  /** Next uint32. */
  uint32(): number {
    if (this.used === 4) {
      philox4x32(this.counter, this.key, this.block);
      if (++this.counter[0]! === 2 ** 32) this.counter[1]!++;
      this.used = 0;
    }
    return this.block[this.used++]!;
  }

  /** Uniform in [0, 1), 24 bits. */
  uniform(): number {
    return (this.uint32() >>> 8) / 2 ** 24;
  }

  /** Uniform integer in [0, n), unbiased by rejection. */
  integer(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % n;
    }
  }

  /** `length` values of N(0, 1), by Box and Muller 1958. */
  normals(length: number): Float32Array {
    const out = new Float32Array(length);
    for (let i = 0; i < length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / 2 ** 32));
      const angle = (2 * Math.PI * this.uint32()) / 2 ** 32;
      out[i] = radius * Math.cos(angle);
      if (i + 1 < length) out[i + 1] = radius * Math.sin(angle);
    }
    return out;
  }

  /** Random permutation of 0..n-1 (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const out = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = out[i]!;
      out[i] = out[j]!;
      out[j] = held;
    }
    return out;
  }
}
