/**
 * The filter of a voice without its pitch: the true envelope (Imai and Abe 1979; Röbel and Rodet 2005), a cepstrally
 * smooth curve that is raised until it lies on the peaks of the spectrum.
 */
import { RealFft } from '../audio/fft';
import { hannPeriodic } from '../audio/stft';
import { FFT_SIZE, HOP } from '../encoder/phone-net/front-end';

/** Highest cepstral coefficient: resolves what voices up to 160 Hz show of their filter (rate / (2 F0)). */
const ORDER = 50;
/** Values per frame: coefficients 0 ... ORDER. */
export const COEFFICIENTS = ORDER + 1;
const WINDOW = 400;
const ROUNDS = 5;
/** Natural logarithm of magnitude below the strongest bin at which spectra are floored. */
const RANGE = 10;
const LEAST = 1e-5;

/** Envelopes of a 16 kHz recording; buffers are reused: not re-entrant. */
export class EnvelopeAnalyser {
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly window = hannPeriodic(WINDOW);
  private readonly signal = new Float64Array(FFT_SIZE);
  private readonly spectrum = new Float64Array(FFT_SIZE + 2);
  private readonly logs = new Float64Array(FFT_SIZE / 2 + 1);

  /**
   * Cepstrum of the envelope around sample `centre` into `out` [COEFFICIENTS] at `at`: the logarithm of the magnitude at
   * frequency w is c0 + 2 sum c_n cos(n w).
   */
  analyse(samples: Float32Array, centre: number, out: Float32Array, at: number): void {
    const { signal, spectrum, logs, fft } = this;
    signal.fill(0);
    for (let n = 0; n < WINDOW; n++) signal[n] = (samples[centre - WINDOW / 2 + n] ?? 0) * this.window[n]!;
    fft.forward(signal, spectrum);
    let peak = -Infinity;
    for (let k = 0; k < logs.length; k++) {
      logs[k] = 0.5 * Math.log(spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2 + LEAST ** 2);
      peak = Math.max(peak, logs[k]!);
    }
    for (let k = 0; k < logs.length; k++) logs[k] = Math.max(logs[k]!, peak - RANGE);
    for (let round = 0; round < ROUNDS; round++) {
      this.smooth();
      if (round === ROUNDS - 1) break;
      for (let k = 0; k < logs.length; k++) logs[k] = Math.max(logs[k]!, spectrum[2 * k]!);
    }
    for (let n = 0; n < COEFFICIENTS; n++) out[at + n] = signal[n]!;
  }

  /** Cepstrum of `logs` cut at ORDER into `signal`, and the smooth curve into `spectrum`. */
  private smooth(): void {
    const { signal, spectrum, logs, fft } = this;
    for (let k = 0; k < logs.length; k++) {
      spectrum[2 * k] = logs[k]!;
      spectrum[2 * k + 1] = 0;
    }
    fft.inverse(spectrum, signal);
    signal.fill(0, ORDER + 1, FFT_SIZE - ORDER);
    fft.forward(signal, spectrum);
  }
}

/** Envelopes of all frames of a recording, [frames, COEFFICIENTS]; frame m is centred at sample 160 m + 80. */
export function envelopes(analyser: EnvelopeAnalyser, samples: Float32Array, frames: number): Float32Array {
  const out = new Float32Array(frames * COEFFICIENTS);
  for (let m = 0; m < frames; m++) analyser.analyse(samples, m * HOP + HOP / 2, out, m * COEFFICIENTS);
  return out;
}
