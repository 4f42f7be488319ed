/** From F0 in Hz to what the model reads: log2 F0, coarse pitch, transposition (spec section c). */

/** log2 F0 without gaps, and where there was no voice. */
export interface LogF0 {
  /** log2 of F0 in Hz [T]; interpolated through unvoiced frames; all 0 if nothing is voiced */
  readonly log2: Float32Array;
  /** 1 = unvoiced [T] */
  readonly unvoiced: Uint8Array;
}

/** `values` with every run of unvoiced frames replaced by the line between its neighbours, constant at both ends. */
function interpolateUnvoiced(values: Float64Array, unvoiced: Uint8Array): void {
  let previous = -1;
  for (let next = 0; next <= values.length; next++) {
    if (next < values.length && unvoiced[next]) continue;
    const from = previous < 0 ? values[next] : values[previous];
    const to = next === values.length ? values[previous] : values[next];
    for (let i = previous + 1; i < next; i++) {
      const slope = previous < 0 || next === values.length ? 0 : (to! - from!) / (next - previous);
      values[i] = slope * (i - previous) + (from ?? 0);
    }
    previous = next;
  }
}

/**
 * log2 of F0, with unvoiced frames (0 Hz) interpolated linearly in log2 over the frame index. Computed in float64,
 * rounded once. Spec section c, "From Hz to model input".
 * @param f0Hz Hz [T], 0 = unvoiced
 */
export function f0ToLog2(f0Hz: Float32Array | Float64Array): LogF0 {
  const unvoiced = Uint8Array.from(f0Hz, (hz) => Number(hz === 0));
  const log2 = Float64Array.from(f0Hz, (hz) => (hz === 0 ? 0 : Math.log2(hz)));
  interpolateUnvoiced(log2, unvoiced);
  return { log2: Float32Array.from(log2), unvoiced };
}

/** Hz [T] of log2 F0 [T], float32; unvoiced frames keep their interpolated value. */
export function f0FromLog2(log2: Float32Array): Float32Array {
  return Float32Array.from(log2, (value) => 2 ** value);
}

/** Rows of the pitch embedding that are used: 1 … 255. */
const COARSE_MAX = 255;

/** Rounding after every operation: none for float64, `Math.fround` for float32. */
type Rounding = (value: number) => number;

function pitchMel(hz: number, round: Rounding): number {
  return round(1127 * round(Math.log(round(1 + round(hz / 700)))));
}

/**
 * Position of F0 on the scale of the pitch embedding, in [1, 255], not yet an integer. The precision shows: float64
 * instead of the model's float32 gives another index for one value in 80,000 (measured against torch).
 */
function pitchPosition(hz: number, f0MinHz: number, f0MaxHz: number, round: Rounding): number {
  const exact = (value: number) => value;
  const [low, high] = [pitchMel(f0MinHz, exact), pitchMel(f0MaxHz, exact)];
  const mel = pitchMel(hz, round);
  if (mel <= 0) return 1;
  const scaled = round(round(round(mel - round(low)) * (COARSE_MAX - 1)) / round(high - low));
  return Math.min(COARSE_MAX, Math.max(1, round(scaled + 1)));
}

/**
 * Index into the pitch embedding [T], 1 … 255: floor(v + 0.5), in float32 as the model has it. 0 Hz and everything at or below
 * `f0MinHz` give 1, at or above `f0MaxHz` 255. Spec section c, "Coarse pitch".
 */
export function coarsePitch(f0Hz: ArrayLike<number>, f0MinHz: number, f0MaxHz: number): Int32Array {
  return Int32Array.from(f0Hz, (hz) =>
    Math.floor(Math.fround(pitchPosition(hz, f0MinHz, f0MaxHz, Math.fround) + 0.5)),
  );
}

/** Coarse pitch as the reference's binarizer stores it: halves go to the even index (spec sections c and k.9). */
export function coarsePitchBinarizer(f0Hz: ArrayLike<number>, f0MinHz: number, f0MaxHz: number): Int32Array {
  return Int32Array.from(f0Hz, (hz) =>
    roundHalfToEven(pitchPosition(hz, f0MinHz, f0MaxHz, (value) => value)),
  );
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

const SEMITONES_PER_OCTAVE = 12;

/**
 * log2 F0 moved by `key` semitones and held inside [f0MinHz, f0MaxHz]: what lies outside goes to the nearest limit, so
 * that a note above the range stays a high note. Use `unvoiced` of `f0ToLog2` for what must not sound at all.
 * @param log2 log2 F0 [T]
 */
export function shiftKey(log2: Float32Array, key: number, f0MinHz: number, f0MaxHz: number): Float32Array {
  const [low, high] = [Math.log2(f0MinHz), Math.log2(f0MaxHz)];
  return log2.map((value) => Math.min(high, Math.max(low, value + key / SEMITONES_PER_OCTAVE)));
}

/**
 * Transposition as the reference has it: no lower limit, and what comes to lie above `f0MaxHz` becomes log2 F0 = 0, that
 * is 1 Hz (spec sections c and k.7). Only for voices that carry `compat.pitch`.
 */
export function shiftKeyCompat(log2: Float32Array, key: number, f0MaxHz: number): Float32Array {
  const high = Math.log2(f0MaxHz);
  return log2.map((value) => {
    const shifted = Math.fround(value + key / SEMITONES_PER_OCTAVE);
    return shifted > high ? 0 : shifted;
  });
}
