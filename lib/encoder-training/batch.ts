/** Batches: two renderings of each piece, through two rooms and two microphones, normalised as the encoder does it. */
import { BANDS } from '../encoder/phone-net/front-end';
import { measureLevels, normalise } from '../encoder/phone-net/levels';
import { Philox, streams } from '../random/philox';
import { FRAMES, LOWEST, type Renderings, STEP, UNITS } from './renderings';

/** Pieces of one update; each is there twice. */
export interface PairBatch {
  readonly pieces: number;
  /** [2 pieces, FRAMES, BANDS]: first one rendering of every piece, then the other */
  readonly features: Float32Array;
  /** classes of the sound, the one before, the one after [3, pieces, UNITS] */
  readonly labels: Int32Array;
  /** [pieces, UNITS, voices * CANONICAL] */
  readonly canonical: Float32Array;
  /** take of every row [2 pieces] */
  readonly takes: Int32Array;
}

const EQ_COSINES = 6;
const EQ_DEVIATION = 0.5;
const REVERB_SHARE = 0.4;
const NOISE_SHARE = 0.7;
const BAND_LIMIT_SHARE = 0.35;
/** Natural logarithm of power that a band loses beyond a band limit. */
const STOP_BAND = 9;

const powerOfByte = Float32Array.from({ length: 256 }, (_, i) => Math.exp(LOWEST + STEP * i));

function between(random: Philox, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** Factor on the power of every band: microphone, equaliser, band limit. */
function drawResponse(random: Philox): Float64Array {
  const logs = new Float64Array(BANDS);
  for (let k = 1; k <= EQ_COSINES; k++) {
    const height = between(random, -2, 2) * EQ_DEVIATION;
    for (let b = 0; b < BANDS; b++) logs[b]! += height * Math.cos((Math.PI * k * (b + 0.5)) / BANDS);
  }
  if (random.uniform() < BAND_LIMIT_SHARE) {
    const top = between(random, 0.68 * BANDS, BANDS);
    for (let b = Math.ceil(top); b < BANDS; b++) logs[b]! -= Math.min(STOP_BAND, (b - top) * 2);
  }
  if (random.uniform() < BAND_LIMIT_SHARE) {
    const bottom = between(random, 0, 0.1 * BANDS);
    for (let b = 0; b < bottom; b++) logs[b]! -= Math.min(STOP_BAND, bottom - b);
  }
  return logs.map(Math.exp);
}

/** Power of a steady noise in every band; the level of the piece is 1. */
function drawNoise(random: Philox): Float64Array {
  const level = random.uniform() < NOISE_SHARE ? between(random, -12, -3.5) : -14;
  const slope = between(random, -4, 2);
  return Float64Array.from({ length: BANDS }, (_, b) => Math.exp(level + (slope * b) / BANDS));
}

/** One rendering as it is heard in some place, as features [FRAMES, BANDS]. */
function hear(bytes: Uint8Array, random: Philox, out: Float32Array): void {
  const response = drawResponse(random);
  const noise = drawNoise(random);
  const reverberant = random.uniform() < REVERB_SHARE;
  // Energy of a room falls by 60 dB within its reverberation time (Sabine).
  const decay = Math.exp((-13.8 * 0.01) / between(random, 0.15, 1.2));
  const wet = reverberant ? Math.exp(between(random, -4, -0.5)) : 0;
  const tail = new Float64Array(BANDS);
  for (let t = 0; t < FRAMES; t++) {
    for (let b = 0; b < BANDS; b++) {
      const i = t * BANDS + b;
      const power = powerOfByte[bytes[i]!]! * response[b]!;
      out[i] = power + wet * tail[b]! + noise[b]!;
      tail[b] = decay * tail[b]! + (1 - decay) * power;
    }
  }
  normalise(out, measureLevels([{ data: out, frames: FRAMES, width: BANDS }]));
}

/** Batch number `update`; the pieces of an epoch come in random order. */
export function drawBatch(renderings: Renderings, pieces: number, seed: number, update: number): PairBatch {
  const perEpoch = Math.floor(renderings.pieces / pieces);
  const epoch = Math.floor(update / perEpoch);
  const order = new Philox(seed, streams.encoderBatches, 2 ** 40 + epoch).permutation(renderings.pieces);
  const random = new Philox(seed, streams.encoderBatches, update);
  const size = FRAMES * BANDS;
  const width = renderings.canonical.length / renderings.pieces;
  const batch: PairBatch = {
    pieces,
    features: new Float32Array(2 * pieces * size),
    labels: new Int32Array(3 * pieces * UNITS),
    canonical: new Float32Array(pieces * width),
    takes: new Int32Array(2 * pieces),
  };
  for (let i = 0; i < pieces; i++) {
    const piece = order[(update % perEpoch) * pieces + i]!;
    const first = random.integer(renderings.perPiece);
    const second = (first + 1 + random.integer(renderings.perPiece - 1)) % renderings.perPiece;
    [first, second].forEach((rendering, side) => {
      const from = piece * renderings.perPiece + rendering;
      const row = side * pieces + i;
      const bytes = renderings.bytes.subarray(from * size, (from + 1) * size);
      hear(bytes, random, batch.features.subarray(row * size, (row + 1) * size));
      batch.takes[row] = renderings.takes[from]!;
    });
    batch.canonical.set(renderings.canonical.subarray(piece * width, (piece + 1) * width), i * width);
    for (let head = 0; head < 3; head++) {
      const from = (head * renderings.pieces + piece) * UNITS;
      batch.labels.set(renderings.labels.subarray(from, from + UNITS), (head * pieces + i) * UNITS);
    }
  }
  return batch;
}

/** Values of `canonical` per unit. */
export function canonicalWidth(renderings: Renderings): number {
  return renderings.canonical.length / renderings.pieces / UNITS;
}
