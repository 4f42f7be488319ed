/**
 * How strongly each mel bin answers to one sinusoid: the forward model that the harmonic-plus-noise fit inverts.
 */

import type { FrameMatrix } from '../audio/audio';

/** Answers of all mel bins to a unit sinusoid, tabulated over frequency; rows are sparse (a few neighbouring bins). */
export interface HarmonicResponse {
  /** spacing of the table in Hz */
  readonly stepHz: number;
  /** table row r covers bins `first[r]` ... and `values[offset[r]] ... values[offset[r + 1] - 1]` */
  readonly first: Int32Array;
  readonly offset: Int32Array;
  readonly values: Float64Array;
}

/** Frequencies per FFT bin; an eighth of a bin keeps the error of rounding a harmonic to the table below 0.1 dB. */
const STEPS_PER_BIN = 8;
/** Half-width of a Hann window's main lobe in bins. */
const LOBE = 2;

/** |DFT| of a periodic Hann window of `winSize`, `x` bins from its centre, for a sinusoid of amplitude 1. */
function hannLobe(x: number, winSize: number): number {
  const size = winSize / 4;
  if (Math.abs(x) < 1e-6) return size;
  if (Math.abs(Math.abs(x) - 1) < 1e-6) return size / 2;
  return Math.abs((size * Math.sin(Math.PI * x)) / (Math.PI * x * (1 - x * x)));
}

/**
 * Tabulates the mel bins' answers to a sinusoid of amplitude 1 (amplitude mel, spec section b), main lobe only.
 * @param filters mel filters [M, bins], row-major; @param binHz width of an FFT bin; @param winSize Hann window
 */
export function harmonicResponse(filters: FrameMatrix, binHz: number, winSize: number): HarmonicResponse {
  const rows = filters.width * STEPS_PER_BIN;
  const first = new Int32Array(rows);
  const offset = new Int32Array(rows + 1);
  const values: number[] = [];
  for (let r = 0; r < rows; r++) {
    const answers = answersAt(filters, r / STEPS_PER_BIN, winSize);
    const from = answers.findIndex((v) => v > 0);
    let to = answers.length;
    while (to > 0 && answers[to - 1] === 0) to--;
    if (from >= 0) values.push(...answers.slice(from, to));
    first[r] = Math.max(0, from);
    offset[r + 1] = values.length;
  }
  return { stepHz: binHz / STEPS_PER_BIN, first, offset, values: Float64Array.from(values) };
}

/** Answers of all bins to a unit sinusoid at the (fractional) FFT bin `position`. */
function answersAt(filters: FrameMatrix, position: number, winSize: number): number[] {
  const answers = new Array<number>(filters.frames).fill(0);
  const from = Math.max(0, Math.ceil(position - LOBE));
  const to = Math.min(filters.width - 1, Math.floor(position + LOBE));
  for (let k = from; k <= to; k++) {
    const lobe = hannLobe(k - position, winSize);
    for (let b = 0; b < filters.frames; b++) answers[b]! += filters.data[b * filters.width + k]! * lobe;
  }
  return answers;
}
