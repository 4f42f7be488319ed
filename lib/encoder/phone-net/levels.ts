/**
 * How a speaker is normalised: by the level of the loud frames and by the mean of every band over frames that are not
 * silent. Both are taken over all that there is of a speaker before encoding begins (two passes), so that a slice of a
 * song gives the units that the whole song gives.
 */
import type { FrameMatrix } from '../../audio/audio';
import { BANDS } from './front-end';

/** Share of the frames that is louder than the level; the maximum may be a click. */
const LOUD_SHARE = 0.02;
/** Natural logarithm of power below the level at which a frame counts as silent: 30 dB. */
const LOUD_RANGE = 7;
/** Added to every band's power, natural logarithm below the level: 52 dB below the level of a band. */
const FLOOR_BELOW = 12;
/** What features are divided by: about their deviation. */
const SCALE = 3;
/** Power of a band of digital silence; the square of 16 bits' smallest step over a window, per Hz. */
const LEAST_POWER = 1e-11;

/** What is known of a speaker before encoding. */
export interface Levels {
  /** natural logarithm of a loud frame's mean band power */
  readonly level: number;
  /** mean over loud frames of the logarithm of every band's power, floor included [BANDS] */
  readonly mean: Float64Array;
}

/** Natural logarithm of the mean of a frame's band powers, which begin at `at`. */
export function frameLoudness(powers: Float32Array, at = 0): number {
  let sum = 0;
  for (let b = 0; b < BANDS; b++) sum += powers[at + b]!;
  return Math.log(sum / BANDS + LEAST_POWER);
}

/** Which frames of `values` are not silent, and the level of the loudest ones. */
export function loudFrames(values: Float64Array): { readonly level: number; readonly frames: number[] } {
  const sorted = Float64Array.from(values).sort();
  const level = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * (1 - LOUD_SHARE)))]!;
  const frames: number[] = [];
  values.forEach((v, t) => {
    if (v > level - LOUD_RANGE) frames.push(t);
  });
  return { level, frames };
}

/** Levels of one speaker over recordings of band powers [T, BANDS]. */
export function measureLevels(recordings: readonly FrameMatrix[]): Levels {
  const values = recordings.map((powers) =>
    Float64Array.from({ length: powers.frames }, (_, t) => frameLoudness(powers.data, t * BANDS)),
  );
  const joined = new Float64Array(values.reduce((sum, v) => sum + v.length, 0));
  let at = 0;
  for (const v of values) {
    joined.set(v, at);
    at += v.length;
  }
  const { level } = loudFrames(joined);
  const floor = floorOf(level);
  const mean = new Float64Array(BANDS);
  let count = 0;
  recordings.forEach((powers, r) => {
    for (let t = 0; t < powers.frames; t++) {
      if (values[r]![t]! <= level - LOUD_RANGE) continue;
      count += 1;
      for (let b = 0; b < BANDS; b++) mean[b]! += Math.log(powers.data[t * BANDS + b]! + floor);
    }
  });
  return { level, mean: mean.map((sum) => sum / Math.max(1, count)) };
}

function floorOf(level: number): number {
  return Math.exp(level - FLOOR_BELOW);
}

/** Normalises band powers [T, BANDS] into the net's features, in place. */
export function normalise(powers: Float32Array, { level, mean }: Levels): void {
  const floor = floorOf(level);
  for (let i = 0; i < powers.length; i++) {
    powers[i] = (Math.log(powers[i]! + floor) - mean[i % BANDS]!) / SCALE;
  }
}

/** Features of a frame without any sound [BANDS]. */
export function silence(levels: Levels): Float32Array {
  const out = new Float32Array(BANDS);
  normalise(out, levels);
  return out;
}
