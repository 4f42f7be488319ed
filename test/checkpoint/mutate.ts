/** Damages files of torch.save, at random but repeatably, for the fuzz test and `npm run fuzz`. */
import { readZip } from '../../lib/checkpoint/zip-reader';
import { zipChunks } from '../../lib/checkpoint/zip-writer';
import { Philox } from '../../lib/random/philox';

/** Opcodes that build, call and refer: a random byte is one of these too seldom. */
const OPCODES = Buffer.from('()]}NKMJGXqrhjtsuabeRQc.\x80\x85\x86\x87\x88\x89\x8a\x8c\x93\x94\x95', 'latin1');
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xffffffff];

/** A damaged file. */
export interface Mutant {
  readonly bytes: Uint8Array;
  /** damaged inside the pickle of a zip, all checksums repaired: the reader sees the damage, not the checksum */
  readonly insidePickle: boolean;
}

/**
 * One damaged file. Four of five runs damage the pickle inside a zip and repair all checksums, which makes more than half
 * of all, legacy files included; the others damage anything.
 * @param samples whole files; `run` chooses one and all random numbers
 */
export function mutant(samples: readonly Uint8Array[], seed: number, run: number): Mutant {
  const random = new Philox(seed, 1, run);
  const sample = samples[random.integer(samples.length)]!;
  const isZip = sample[0] === 0x50;
  const insidePickle = isZip && run % 5 !== 0;
  if (insidePickle) return { bytes: damagePickle(sample, random), insidePickle };
  // legacy files begin with their pickles: half of their mutants are damaged there
  const bytes = isZip ? damage(sample, random) : damageStart(sample, random, run % 2 === 0);
  return { bytes, insidePickle };
}

function damagePickle(sample: Uint8Array, random: Philox): Uint8Array {
  const entries = [...readZip(sample, 'sample', { verify: false })];
  const damaged = entries.map(([name, bytes]) => ({
    name,
    bytes: name.endsWith('/data.pkl') ? damage(bytes, random) : bytes,
  }));
  // now and then a storage is missing or cut as well
  if (random.integer(10) === 0) damaged.splice(random.integer(damaged.length), 1);
  return Buffer.concat([...zipChunks(damaged)]);
}

function damageStart(sample: Uint8Array, random: Philox, startOnly: boolean): Uint8Array {
  if (!startOnly) return damage(sample, random);
  const length = Math.min(sample.length, 20_000);
  return Buffer.concat([damage(sample.subarray(0, length), random), sample.subarray(length)]);
}

/** One to four random changes. */
function damage(bytes: Uint8Array, random: Philox): Uint8Array {
  let out = bytes;
  for (let n = random.integer(4) + 1; n > 0; n--) {
    if (out.length > 0) out = CHANGES[random.integer(CHANGES.length)]!(out, random);
  }
  return out;
}

type Change = (bytes: Uint8Array, random: Philox) => Uint8Array;

const CHANGES: readonly Change[] = [
  // a bit
  (bytes, random) => overwrite(bytes, random, (old) => [old ^ (1 << random.integer(8))]),
  // a byte
  (bytes, random) => overwrite(bytes, random, () => [random.integer(256)]),
  // an opcode
  (bytes, random) => overwrite(bytes, random, () => [OPCODES[random.integer(OPCODES.length)]!]),
  // a number
  (bytes, random) => {
    const value = EXTREMES[random.integer(EXTREMES.length)]!;
    return overwrite(bytes, random, () => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255));
  },
  // a cut
  (bytes, random) => bytes.subarray(0, random.integer(bytes.length)),
  // a range removed
  (bytes, random) => {
    const at = random.integer(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(64))]);
  },
  // a range repeated
  (bytes, random) => {
    const at = random.integer(bytes.length);
    const range = bytes.subarray(at, at + 1 + random.integer(64));
    return Buffer.concat([bytes.subarray(0, at), range, bytes.subarray(at)]);
  },
  // many copies of one opcode
  (bytes, random) => {
    const at = random.integer(bytes.length);
    const run = Buffer.alloc(random.integer(20_000), OPCODES[random.integer(OPCODES.length)]!);
    return Buffer.concat([bytes.subarray(0, at), run, bytes.subarray(at)]);
  },
];

function overwrite(bytes: Uint8Array, random: Philox, values: (old: number) => number[]): Uint8Array {
  const out = Uint8Array.from(bytes);
  const at = random.integer(out.length);
  out.set(values(out[at]!).slice(0, out.length - at), at);
  return out;
}
