/**
 * Mel-frequency cepstral coefficients (Davis and Mermelstein 1980) on the model's mel grid: frame m is centred at
 * sample m * hopSize + hopSize / 2, so unit m belongs to mel frame m.
 */
import { RealFft } from '../audio/fft';
import { melPointsHz } from '../audio/mel-filterbank';
import { hannPeriodic } from '../audio/stft';

/** Coefficients 1 to 13: more describe the speaker (measured: 20 resynthesise better but convert worse). */
export const CEPSTRA = 13;
export const BANDS = 40;
export const LOWEST_HZ = 60;
/** Less high than this, a wrong warp ends as near to the target as the right one (measured at 6000 Hz). */
export const HIGHEST_HZ = 7000;
/** Loudness is taken up to here: recordings at 16 kHz have nothing above. */
const LOUDNESS_HZ = 7600;
/** Spectra are kept up to here: `HIGHEST_HZ` times the strongest warp. */
const SPECTRUM_HZ = 9000;
/** A window as short as this does not resolve the harmonics of most voices, whose pitch would leak. */
const WINDOW_SECONDS = 0.0232;
/** Power of a frame without any sound; the square of 16 bits' smallest step over a window. */
const LEAST_POWER = 1e-7;

/** What decides the grid; `AudioConfig` satisfies it. */
export interface GridConfig {
  readonly sampleRate: number;
  readonly hopSize: number;
}

/** One band: weights of the FFT bins from `first` on; they sum to 1. */
interface Band {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Triangular bands, equally spaced in mel and stretched along the frequency axis by `warp` (Lee and Rose 1996). */
export function warpedBands(config: GridConfig, fftSize: number, warp: number): readonly Band[] {
  const points = melPointsHz({
    sampleRate: config.sampleRate,
    fftSize,
    melBins: BANDS,
    fminHz: LOWEST_HZ,
    fmaxHz: HIGHEST_HZ,
  }).map((hz) => (hz * warp * fftSize) / config.sampleRate);
  return Array.from({ length: BANDS }, (_, i) => {
    const [left, peak, right] = [points[i]!, points[i + 1]!, points[i + 2]!];
    const first = Math.floor(left);
    const last = Math.min(fftSize / 2, Math.ceil(right));
    const weights = Float64Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(0, Math.min((first + k - left) / (peak - left), (right - first - k) / (right - peak))),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((w) => w / sum) };
  });
}

/** Cepstra 1 ... `count` of `values` [B], (2 / B) * sum values[i] cos(pi d (i + 1/2) / B), written at `at` of `out`. */
export function cosineTransform(values: Float64Array, count: number, out: Float32Array, at: number): void {
  const bands = values.length;
  for (let d = 1; d <= count; d++) {
    let sum = 0;
    for (let i = 0; i < bands; i++) sum += values[i]! * Math.cos((Math.PI * d * (i + 0.5)) / bands);
    out[at + d - 1] = (2 / bands) * sum;
  }
}

/** Short-time power spectra and what is read off them. Buffers are reused: not re-entrant. */
export class FrontEnd {
  readonly fftSize: number;
  /** bins of a power spectrum that are kept: up to `SPECTRUM_HZ` */
  readonly bins: number;
  private readonly windowSize: number;
  private readonly window: Float64Array;
  private readonly fft: RealFft;
  private readonly signal: Float64Array;
  private readonly spectrum: Float64Array;
  private readonly logs = new Float64Array(BANDS);

  constructor(private readonly config: GridConfig) {
    this.windowSize = 2 ** Math.round(Math.log2(WINDOW_SECONDS * config.sampleRate));
    this.fftSize = 2 * this.windowSize;
    this.bins = Math.min(this.windowSize, Math.ceil((SPECTRUM_HZ * this.fftSize) / config.sampleRate)) + 1;
    this.window = hannPeriodic(this.windowSize);
    this.fft = new RealFft(this.fftSize);
    this.signal = new Float64Array(this.fftSize);
    this.spectrum = new Float64Array(this.fftSize + 2);
  }

  /** Frames of `length` samples: floor(length / hopSize), at least 1. */
  frames(length: number): number {
    return Math.max(1, Math.floor(length / this.config.hopSize));
  }

  /** Power spectrum of frame `t` into `out` [bins] at `at`; there is silence outside of `samples`. */
  power(samples: Float32Array, t: number, out: Float32Array, at = 0): void {
    const start = t * this.config.hopSize + (this.config.hopSize - this.windowSize) / 2;
    for (let n = 0; n < this.windowSize; n++) {
      this.signal[n] = (samples[Math.floor(start) + n] ?? 0) * this.window[n]!;
    }
    this.fft.forward(this.signal, this.spectrum);
    for (let k = 0; k < this.bins; k++) {
      out[at + k] = this.spectrum[2 * k]! ** 2 + this.spectrum[2 * k + 1]! ** 2;
    }
  }

  /** Natural logarithm of the power of a frame whose spectrum lies at `at` of `power`. */
  loudness(power: Float32Array, at = 0): number {
    const bins = this.fftSize / this.config.sampleRate;
    const last = Math.min(this.bins - 1, Math.floor(LOUDNESS_HZ * bins));
    let sum = 0;
    for (let k = Math.ceil(LOWEST_HZ * bins); k <= last; k++) sum += power[at + k]!;
    return Math.log(sum + LEAST_POWER);
  }

  /** Cepstra of the spectrum at `at` of `power` into `out` at `to`; `floor` is added to the power of every band. */
  cepstra(
    power: Float32Array,
    at: number,
    bands: readonly Band[],
    floor: number,
    out: Float32Array,
    to: number,
  ): void {
    for (let i = 0; i < BANDS; i++) {
      const { first, weights } = bands[i]!;
      let sum = 0;
      for (let k = 0; k < weights.length && first + k < this.bins; k++) {
        sum += weights[k]! * power[at + first + k]!;
      }
      this.logs[i] = Math.log(sum + floor);
    }
    cosineTransform(this.logs, CEPSTRA, out, to);
  }
}
