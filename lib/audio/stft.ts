/** Short-time Fourier transform and its inverse. No padding here: frame m covers samples m·hop … m·hop + size − 1. */
import { RealFft } from './fft';

/** How a signal is cut into frames. */
export interface StftOptions {
  /** samples per frame, a power of two */
  readonly fftSize: number;
  readonly hopSize: number;
  /** [fftSize] */
  readonly window: Float64Array;
}

/** Complex spectra, row-major `[frames, bins]` each, bins = fftSize/2 + 1, not normalised. */
export interface Spectrogram {
  readonly real: Float64Array;
  readonly imag: Float64Array;
  readonly frames: number;
  readonly bins: number;
}

/** Periodic Hann window, `0.5 − 0.5·cos(2πi/n)` [n]; with a hop of n/4 its squares add up to a constant. */
export function hannPeriodic(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n));
}

/** `window` with zeros on both sides up to `size`, as shorter windows are placed in a longer FFT. */
export function centreWindow(window: Float64Array, size: number): Float64Array {
  if (window.length > size) throw new Error(`Expected a window of at most ${size}, got ${window.length}`);
  const out = new Float64Array(size);
  out.set(window, Math.floor((size - window.length) / 2));
  return out;
}

/**
 * `samples` with `pad` samples mirrored at both ends; the edge sample itself is not repeated.
 * @throws Error when there are not more than `pad` samples
 */
export function reflectPad(samples: ArrayLike<number>, pad: number): Float64Array {
  const n = samples.length;
  if (n <= pad) throw new Error(`Expected more than ${pad} samples to mirror, got ${n}`);
  const out = new Float64Array(n + 2 * pad);
  for (let i = 0; i < n; i++) out[pad + i] = samples[i]!;
  for (let i = 1; i <= pad; i++) {
    out[pad - i] = samples[i]!;
    out[pad + n - 1 + i] = samples[n - 1 - i]!;
  }
  return out;
}

/** How many whole frames fit: floor((length − fftSize)/hopSize) + 1, or 0. */
function frameCount(length: number, options: StftOptions): number {
  return length < options.fftSize ? 0 : Math.floor((length - options.fftSize) / options.hopSize) + 1;
}

/**
 * Calls `visit(frame, spectrum)` for every whole frame, in order. `spectrum` is interleaved as in `RealFft`
 * [fftSize + 2] and reused: copy what is kept.
 */
export function forEachFrame(
  samples: ArrayLike<number>,
  options: StftOptions,
  visit: (frame: number, spectrum: Float64Array) => void,
): void {
  const { fftSize, hopSize, window } = options;
  if (window.length !== fftSize) throw new Error(`Expected a window of ${fftSize}, got ${window.length}`);
  const fft = new RealFft(fftSize);
  const windowed = new Float64Array(fftSize);
  const spectrum = new Float64Array(fftSize + 2);
  const frames = frameCount(samples.length, options);
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * hopSize;
    for (let i = 0; i < fftSize; i++) windowed[i] = samples[start + i]! * window[i]!;
    fft.forward(windowed, spectrum);
    visit(frame, spectrum);
  }
}

/** All frames of `samples` as complex spectra. Pad before (`reflectPad`) if frames shall be centred. */
export function stft(samples: ArrayLike<number>, options: StftOptions): Spectrogram {
  const frames = frameCount(samples.length, options);
  const bins = options.fftSize / 2 + 1;
  const real = new Float64Array(frames * bins);
  const imag = new Float64Array(frames * bins);
  forEachFrame(samples, options, (frame, spectrum) => {
    for (let k = 0; k < bins; k++) {
      real[frame * bins + k] = spectrum[2 * k]!;
      imag[frame * bins + k] = spectrum[2 * k + 1]!;
    }
  });
  return { real, imag, frames, bins };
}

/** Window energy below which a sample counts as not covered; it is then left as it is instead of being blown up. */
const MIN_COVERAGE = 1e-8;

/**
 * Signal of a spectrogram: windowed overlap-add divided by the sum of squared windows (Griffin and Lim 1984, eq. 6),
 * so that `istft(stft(x))` gives x wherever some window is not zero.
 * @returns samples [(frames − 1)·hopSize + fftSize], or none for no frames
 */
export function istft(spectrogram: Spectrogram, options: StftOptions): Float64Array {
  const { fftSize, hopSize, window } = options;
  const { frames, bins } = spectrogram;
  if (bins !== fftSize / 2 + 1) throw new Error(`Expected ${fftSize / 2 + 1} bins, got ${bins}`);
  const length = frames === 0 ? 0 : (frames - 1) * hopSize + fftSize;
  const out = new Float64Array(length);
  const coverage = new Float64Array(length);
  const fft = new RealFft(fftSize);
  const spectrum = new Float64Array(fftSize + 2);
  const signal = new Float64Array(fftSize);
  for (let frame = 0; frame < frames; frame++) {
    for (let k = 0; k < bins; k++) {
      spectrum[2 * k] = spectrogram.real[frame * bins + k]!;
      spectrum[2 * k + 1] = spectrogram.imag[frame * bins + k]!;
    }
    fft.inverse(spectrum, signal);
    for (let i = 0, at = frame * hopSize; i < fftSize; i++, at++) {
      out[at]! += signal[i]! * window[i]!;
      coverage[at]! += window[i]! * window[i]!;
    }
  }
  for (let i = 0; i < length; i++) if (coverage[i]! > MIN_COVERAGE) out[i]! /= coverage[i]!;
  return out;
}
