/** Which frames of a speaker speak for all of them, and their spectra with their neighbourhood. */
import type { FrontEnd } from './mfcc-cepstra';

/** Neighbours, in frames, that tell sounds apart where one frame cannot (measured: best of five choices). */
export const NEIGHBOURS = [-4, -2, 0, 2, 4] as const;
/** Natural logarithm of power below the loud level at which a frame is silence or breath: 39 dB. */
const LOUD_RANGE = 9;
/** Share of the frames that is louder than the loud level; the maximum itself may be a click. */
const LOUD_SHARE = 0.01;

/** Loudness over all recordings of a speaker. */
export interface Loudness {
  /** level that only 1 % of the frames pass, natural logarithm of power */
  readonly level: number;
  readonly mean: number;
  readonly deviation: number;
  /** frames that are not silent, as [recording, frame] */
  readonly loud: readonly (readonly [number, number])[];
}

/** Mean and deviation are over the loud frames. */
export function measureLoudness(recordings: readonly Float32Array[], frontEnd: FrontEnd): Loudness {
  const power = new Float32Array(frontEnd.bins);
  const values = recordings.map((samples) =>
    Float64Array.from({ length: frontEnd.frames(samples.length) }, (_, t) => {
      frontEnd.power(samples, t, power);
      return frontEnd.loudness(power);
    }),
  );
  const sorted = Float64Array.from(values.flatMap((v) => [...v])).sort();
  const level = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * (1 - LOUD_SHARE)))]!;
  const loud = values.flatMap((v, r) =>
    [...v.keys()].filter((t) => v[t]! > level - LOUD_RANGE).map((t) => [r, t] as const),
  );
  const mean = loud.reduce((sum, [r, t]) => sum + values[r]![t]!, 0) / loud.length;
  const square = loud.reduce((sum, [r, t]) => sum + (values[r]![t]! - mean) ** 2, 0) / loud.length;
  return { level, mean, deviation: Math.sqrt(square), loud };
}

/** At most `most` of `items`, evenly spaced, in order. */
export function spread<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(most, items.length);
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]!);
}

/** Power spectra of `frames` and their neighbours, [frames * NEIGHBOURS, bins]; recordings end in their own last frame. */
export function neighbourhoods(
  recordings: readonly Float32Array[],
  frames: readonly (readonly [number, number])[],
  frontEnd: FrontEnd,
): Float32Array {
  const out = new Float32Array(frames.length * NEIGHBOURS.length * frontEnd.bins);
  let at = 0;
  for (const [r, t] of frames) {
    const samples = recordings[r]!;
    const last = frontEnd.frames(samples.length) - 1;
    for (const offset of NEIGHBOURS) {
      frontEnd.power(samples, Math.min(last, Math.max(0, t + offset)), out, at);
      at += frontEnd.bins;
    }
  }
  return out;
}
