/** YIN's difference function and its troughs (de Cheveigné and Kawahara 2002, eqs. 6 and 8). */
import { RealFft } from './fft';

/** A local minimum of the normalised difference function. */
export interface Trough {
  /** period in samples, refined by a parabola */
  readonly lag: number;
  /** normalised difference: 0 = perfectly periodic, about 1 = not at all */
  readonly depth: number;
}

/** Place and value of the lowest point of the parabola through three neighbours, the middle one being the lowest. */
export function parabolicMinimum(
  before: number,
  middle: number,
  after: number,
): { shift: number; value: number } {
  const curvature = before - 2 * middle + after;
  if (curvature <= 0) return { shift: 0, value: middle };
  const shift = (before - after) / (2 * curvature);
  return { shift, value: middle - ((before - after) * shift) / 4 };
}

/**
 * Cumulative-mean-normalised difference function of one window, by FFT in O(n log n). Buffers are reused.
 *
 * The window compares samples [start, start + windowSize) with those `lag` later, for lags 0 … maxLag.
 */
export class DifferenceFunction {
  /** d'(lag) of the last `compute` [maxLag + 1] */
  readonly values: Float64Array;
  private readonly fft: RealFft;
  private readonly signal: Float64Array;
  private readonly head: Float64Array;
  private readonly whole: Float64Array;

  constructor(
    readonly windowSize: number,
    readonly maxLag: number,
  ) {
    this.fft = new RealFft(2 ** Math.ceil(Math.log2(windowSize + maxLag)));
    this.values = new Float64Array(maxLag + 1);
    this.signal = new Float64Array(this.fft.size);
    this.head = new Float64Array(this.fft.size + 2);
    this.whole = new Float64Array(this.fft.size + 2);
  }

  /** Σ x[j]·x[j + lag] over the window, for all lags, into `signal`. */
  private correlate(samples: Float64Array, start: number): void {
    const { fft, head, signal, whole, windowSize, maxLag } = this;
    signal.fill(0);
    signal.set(samples.subarray(start, start + windowSize));
    fft.forward(signal, head);
    signal.set(samples.subarray(start, start + windowSize + maxLag));
    fft.forward(signal, whole);
    for (let k = 0; k < head.length; k += 2) {
      const [re, im] = [head[k]!, head[k + 1]!];
      head[k] = re * whole[k]! + im * whole[k + 1]!;
      head[k + 1] = re * whole[k + 1]! - im * whole[k]!;
    }
    fft.inverse(head, signal);
  }

  /**
   * Fills `values` for the window at `start`; all 1 where there is no signal.
   * @param samples has at least start + windowSize + maxLag samples
   */
  compute(samples: Float64Array, start: number): void {
    const { values, signal, windowSize, maxLag } = this;
    let power = 0;
    for (let j = 0; j < windowSize; j++) power += samples[start + j]! ** 2;
    this.correlate(samples, start);
    const first = power;
    // Below this a difference is rounding of the FFT, not signal.
    const noise = first * 1e-12;
    let sum = 0;
    values[0] = 1;
    for (let lag = 1; lag <= maxLag; lag++) {
      power += samples[start + windowSize + lag - 1]! ** 2 - samples[start + lag - 1]! ** 2;
      const difference = Math.max(0, first + power - 2 * signal[lag]!);
      sum += difference;
      values[lag] = sum > noise ? (difference * lag) / sum : 1;
    }
  }

  /** Local minima of `values` in order of lag, from `minLag` on. */
  troughs(minLag: number): Trough[] {
    const { values, maxLag } = this;
    const found: Trough[] = [];
    for (let lag = Math.max(2, minLag); lag < maxLag; lag++) {
      const depth = values[lag]!;
      if (depth >= values[lag - 1]! || depth > values[lag + 1]!) continue;
      const { shift, value } = parabolicMinimum(values[lag - 1]!, depth, values[lag + 1]!);
      found.push({ lag: lag + shift, depth: Math.max(0, value) });
    }
    return found;
  }
}
