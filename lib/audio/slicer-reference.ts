/**
 * The reference's silence slicer (spec section h), with its defects: no maximum, no minimum for the first chunk, NaN in
 * digital silence (k.18). Only behind `compat.slicer`; `slicer.ts` is ours. All arithmetic in float64.
 */
import type { Audio } from './audio';
import type { Slice } from './slicer';

const MIN_SECONDS = 5;
const SILENCE_SECONDS = 0.3;
const WINDOW_SECONDS = 0.02;
const KEPT_SECONDS = 0.5;
/** amplitude below which decibels are not taken */
const AMPLITUDE_FLOOR = 1e-12;

export interface ReferenceSlicerOptions {
  /** the reference's inference script says −40 */
  readonly thresholdDb: number;
}

/** A recorded silence, samples [left, right). */
interface Silence {
  readonly left: number;
  readonly right: number;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Level in dB of an amplitude; NaN stays NaN. */
function decibels(amplitude: number): number {
  return 20 * Math.log10(Math.min(1, Math.max(AMPLITUDE_FLOOR, amplitude)));
}

/** Index of the first minimum; a NaN counts as smaller than everything, as numpy has it. */
function argMin(values: ArrayLike<number>, start: number, end: number): number {
  let best = start;
  for (let i = start; i < end; i++) {
    if (Number.isNaN(values[i]!)) return i;
    if (values[i]! < values[best]!) best = i;
  }
  return best;
}

/** Maximum of every window of `size` values [n − size + 1], with a queue of candidates. */
function slidingMax(values: Float64Array, size: number): Float64Array {
  const out = new Float64Array(values.length - size + 1);
  const queue = new Int32Array(values.length);
  let [head, tail] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    while (tail > head && values[queue[tail - 1]!]! <= values[i]!) tail--;
    queue[tail++] = i;
    if (queue[head]! <= i - size) head++;
    if (i >= size - 1) out[i - size + 1] = values[queue[head]!]!;
  }
  return out;
}

/**
 * Means of every window of `size` values by one running sum, to which values come and go: what rounding leaves in it when
 * digital silence follows sound is part of the result (k.18).
 */
function runningMeans(values: Float64Array, size: number): Float64Array {
  const means = new Float64Array(Math.max(0, values.length - size + 1));
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += i < size ? values[i]! : values[i]! - values[i - size]!;
    if (i >= size - 1) means[i - size + 1] = sum / size;
  }
  return means;
}

/** Standard deviation in dB of every full window of a stretch; NaN where rounding makes the variance negative. */
function deviationDb(stretch: Float64Array, window: number): Float64Array {
  const means = runningMeans(stretch, window);
  const squares = runningMeans(
    stretch.map((value) => value * value),
    window,
  );
  return squares.map((square, i) => decibels(Math.sqrt(square - means[i]! * means[i]!)));
}

/** What the walk over the silences needs to know of the signal; lengths in samples. */
interface Signal {
  readonly samples: Float64Array;
  /** |x − mean(x)| */
  readonly amplitude: Float64Array;
  readonly silenceLength: number;
  readonly window: number;
  readonly kept: number;
}

/** Where to cut the stretch [start, start + length): the smallest amplitude within its quietest window. */
function quietestCut(signal: Signal, start: number, length: number): number {
  const { samples, amplitude, window } = signal;
  const levels = deviationDb(samples.slice(start, start + length), window);
  const quietest = start + argMin(levels, 0, levels.length);
  return argMin(amplitude, quietest, Math.min(quietest + window, amplitude.length));
}

/** Silences to record, in order, as the walk of spec section h finds them. */
function findSilences(signal: Signal, silent: Uint8Array, minLength: number): Silence[] {
  const { samples, silenceLength: L, kept } = signal;
  const found: Silence[] = [];
  const last = silent.length - 1;
  for (let left = 0; left <= last; left++) {
    if (!silent[left]) continue;
    let right = left;
    while (right <= last && silent[right]) right++;
    const stretch = Math.min(kept, Math.floor((right + L - left) / 2));
    if (right > last) {
      found.push({ left: quietestCut(signal, left, stretch), right: samples.length });
      break;
    }
    const leftCut = left === 0 ? 0 : quietestCut(signal, left, stretch);
    const previous = found.at(-1);
    const tooClose = previous !== undefined && leftCut - previous.right < minLength && right < last;
    if (!tooClose) {
      const end = right + L;
      found.push({
        left: leftCut,
        right: right === last ? end : quietestCut(signal, end - stretch, stretch),
      });
    }
    // The position `right` itself is not looked at again.
    left = right;
  }
  return found;
}

/**
 * Slices as the reference cuts them; silent ones are the recorded silences, the rest the gaps between.
 * Spec section h, "Slicer".
 */
export function sliceReference(audio: Audio, options: ReferenceSlicerOptions): Slice[] {
  const n = audio.samples.length;
  const length = (seconds: number) => roundHalfToEven(seconds * audio.sampleRate);
  const minLength = length(MIN_SECONDS);
  if (n <= minLength) return [{ start: 0, end: n, silent: false }];
  const samples = Float64Array.from(audio.samples);
  const mean = samples.reduce((sum, value) => sum + value, 0) / n;
  const amplitude = samples.map((value) => Math.abs(value - mean));
  const signal: Signal = {
    samples,
    amplitude,
    silenceLength: length(SILENCE_SECONDS),
    window: length(WINDOW_SECONDS),
    kept: length(KEPT_SECONDS),
  };
  const loudest = slidingMax(amplitude, signal.silenceLength);
  const silent = Uint8Array.from(loudest, (value) => Number(decibels(value) < options.thresholdDb));
  return fillGaps(findSilences(signal, silent, minLength), n);
}

/** Silences and the voiced stretches between them, over [0, n). */
function fillGaps(silences: readonly Silence[], n: number): Slice[] {
  const slices: Slice[] = [];
  let at = 0;
  for (const { left, right } of silences) {
    if (left > at) slices.push({ start: at, end: left, silent: false });
    slices.push({ start: left, end: right, silent: true });
    at = right;
  }
  if (at !== n) slices.push({ start: at, end: n, silent: false });
  return slices;
}
