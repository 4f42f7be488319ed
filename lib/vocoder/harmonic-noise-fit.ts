/**
 * Splits each mel frame into harmonics of F0 and noise: a non-negative fit by multiplicative updates (Lee and Seung
 * 2001, "Algorithms for non-negative matrix factorization", KL divergence). It neither assumes that the mel resolves
 * the harmonics (true in low bins) nor that it does not (true in high bins).
 */
import type { HarmonicResponse } from './harmonic-noise-response';

/** What the fit needs to know of the mel; made once. */
export interface MelModel {
  readonly response: HarmonicResponse;
  /** centre of each mel bin in Hz [M] */
  readonly centresHz: Float64Array;
  /** mel value that white noise of standard deviation 1 has */
  readonly noiseLevel: number;
  /** mel value times F0 of a train of unit harmonics that the mel does not resolve */
  readonly harmonicLevel: number;
  /** harmonics lie at or below this */
  readonly maxHarmonicHz: number;
}

/** One frame as the synthesiser plays it. */
export interface Frame {
  /** Hz, 0 = unvoiced */
  readonly f0Hz: number;
  /** amplitude of harmonic h + 1 */
  readonly amplitudes: Float64Array;
  /** standard deviation of the noise at the centre of each mel bin [M] */
  readonly noise: Float64Array;
}

/** Noise share of the amplitude at the start, below and above which it stays; between them it grows linearly. */
const SHARE = { lowHz: 1500, low: 0.04, highHz: 9000, high: 0.8 };
const FIT_ROUNDS = 30;
/** One correction may not change a level by more; a mel that no sound can have must not blow up. */
const MAX_STEP = 4;
/** Under the logarithm of a ratio. */
const LEAST_RATIO = 1e-3;
const TINY = 1e-12;

/** Share of noise in a voiced frame at `hz` before the fit looks at the valleys between the harmonics. */
function noiseShare(hz: number): number {
  const place = Math.min(1, Math.max(0, (hz - SHARE.lowHz) / (SHARE.highHz - SHARE.lowHz)));
  return SHARE.low + place * (SHARE.high - SHARE.low);
}

/** Mean of `values` around every bin, weighted by a triangle of half-width `halfHz` over the bins' centres. */
function smoothOverHz(values: Float64Array, centresHz: Float64Array, halfHz: number): Float64Array {
  const n = values.length;
  const out = new Float64Array(n);
  let from = 0;
  for (let b = 0; b < n; b++) {
    while (centresHz[b]! - centresHz[from]! >= halfHz) from++;
    let sum = 0;
    let weights = 0;
    for (let i = from; i < n && centresHz[i]! - centresHz[b]! < halfHz; i++) {
      const weight = 1 - Math.abs(centresHz[i]! - centresHz[b]!) / halfHz;
      sum += weight * values[i]!;
      weights += weight;
    }
    out[b] = sum / weights;
  }
  return out;
}

/** Value at `hz` of a curve given at the bins' centres: linear between, constant beyond. */
function interpolateAt(hz: number, centresHz: Float64Array, values: Float64Array): number {
  let low = 0;
  let high = centresHz.length - 1;
  if (hz <= centresHz[0]!) return values[0]!;
  if (hz >= centresHz[high]!) return values[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (centresHz[middle]! <= hz) low = middle;
    else high = middle;
  }
  const place = (hz - centresHz[low]!) / (centresHz[high]! - centresHz[low]!);
  return values[low]! + place * (values[high]! - values[low]!);
}

/** First guess: a smooth envelope, shared between harmonics and noise by frequency alone. */
function firstGuess(mel: Float64Array, f0Hz: number, model: MelModel): Frame {
  const noise = new Float64Array(mel.length);
  if (f0Hz === 0) {
    for (let b = 0; b < mel.length; b++) noise[b] = mel[b]! / model.noiseLevel;
    return { f0Hz, amplitudes: new Float64Array(0), noise };
  }
  const envelope = smoothOverHz(mel, model.centresHz, f0Hz);
  for (let b = 0; b < mel.length; b++) {
    noise[b] = (envelope[b]! * noiseShare(model.centresHz[b]!)) / model.noiseLevel;
  }
  const amplitudes = new Float64Array(Math.floor(model.maxHarmonicHz / f0Hz));
  for (let h = 0; h < amplitudes.length; h++) {
    const hz = (h + 1) * f0Hz;
    const level = interpolateAt(hz, model.centresHz, envelope) * (1 - noiseShare(hz));
    amplitudes[h] = (level * f0Hz) / model.harmonicLevel;
  }
  return { f0Hz, amplitudes, noise };
}

/** The mel frame [M] that `frame` should give. */
function predictMel(frame: Frame, model: MelModel, out: Float64Array): void {
  const { first, offset, values, stepHz } = model.response;
  for (let b = 0; b < out.length; b++) out[b] = frame.noise[b]! * model.noiseLevel;
  for (let h = 0; h < frame.amplitudes.length; h++) {
    const row = Math.round(((h + 1) * frame.f0Hz) / stepHz);
    const bin = first[row]! - offset[row]!;
    for (let i = offset[row]!; i < offset[row + 1]!; i++) out[bin + i]! += frame.amplitudes[h]! * values[i]!;
  }
}

/** One multiplicative update of `frame` by the ratio [M] of the wanted mel to the one that it gives. */
function update(frame: Frame, ratio: Float64Array, model: MelModel): void {
  const { first, offset, values, stepHz } = model.response;
  for (let h = 0; h < frame.amplitudes.length; h++) {
    const row = Math.round(((h + 1) * frame.f0Hz) / stepHz);
    const bin = first[row]! - offset[row]!;
    let sum = 0;
    let weights = TINY;
    for (let i = offset[row]!; i < offset[row + 1]!; i++) {
      sum += values[i]! * ratio[bin + i]!;
      weights += values[i]!;
    }
    frame.amplitudes[h]! *= sum / weights;
  }
  if (frame.f0Hz === 0) {
    for (let b = 0; b < frame.noise.length; b++) frame.noise[b]! *= ratio[b]!;
    return;
  }
  // Under harmonics the noise must not follow the mel bin by bin, or it would copy the harmonics. The mean is
  // geometric, so that the valleys, where the noise is heard, count as much as the peaks (measured: -0.2 dB MCD).
  const logs = smoothOverHz(
    ratio.map((r) => Math.log(r + LEAST_RATIO)),
    model.centresHz,
    frame.f0Hz,
  );
  for (let b = 0; b < frame.noise.length; b++) frame.noise[b]! *= Math.exp(logs[b]!);
}

/** Ratio wanted / given per bin, limited to `MAX_STEP` either way; 0 where nothing is wanted. */
function ratioOf(wanted: Float64Array, given: Float64Array, out: Float64Array): void {
  for (let b = 0; b < wanted.length; b++) {
    const ratio = (wanted[b]! + TINY) / (given[b]! + TINY);
    out[b] = wanted[b] === 0 ? 0 : Math.min(MAX_STEP, Math.max(1 / MAX_STEP, ratio));
  }
}

/**
 * Harmonics and noise of one frame.
 * @param mel amplitudes (not logarithms) of the mel bins [M]; @param f0Hz 0 = unvoiced
 */
export function fitFrame(mel: Float64Array, f0Hz: number, model: MelModel): Frame {
  const frame = firstGuess(mel, f0Hz, model);
  if (f0Hz === 0) return frame;
  const given = new Float64Array(mel.length);
  for (let round = 0; round < FIT_ROUNDS; round++) {
    predictMel(frame, model, given);
    ratioOf(mel, given, given);
    update(frame, given, model);
  }
  return frame;
}

/** Moves `frame` (in place) so that the mel measured on its sound, `given` [M], comes nearer to the wanted one. */
export function correctFrame(frame: Frame, wanted: Float64Array, given: Float64Array, model: MelModel): void {
  const ratio = new Float64Array(wanted.length);
  ratioOf(wanted, given, ratio);
  update(frame, ratio, model);
}
