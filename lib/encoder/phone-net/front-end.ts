/**
 * What the phone net hears: powers of 64 mel bands at 16 kHz, 100 frames a second. Frame m is centred at sample
 * 160 m + 80; there is silence outside of a recording.
 */
import type { FrameMatrix } from '../../audio/audio';
import { RealFft } from '../../audio/fft';
import { melFilterbank } from '../../audio/mel-filterbank';
import { hannPeriodic } from '../../audio/stft';

export const SAMPLE_RATE = 16_000;
/** samples from frame to frame: 10 ms */
export const HOP = 160;
/** 25 ms */
export const WINDOW = 400;
export const FFT_SIZE = 512;
export const BANDS = 64;

/** Mel bands of the net, on the bins of its FFT. */
export const bandConfig = {
  sampleRate: SAMPLE_RATE,
  fftSize: FFT_SIZE,
  melBins: BANDS,
  fminHz: 50,
  fmaxHz: 7600,
} as const;

/** Non-zero weights of one band: FFT bins from `first` on. */
export interface Band {
  readonly first: number;
  readonly weights: Float64Array;
}

/** The bands as sparse rows; area 1 over Hz (Slaney's filters, `audio/mel-filterbank.ts`). */
export function bands(): readonly Band[] {
  const filters = melFilterbank(bandConfig);
  return Array.from({ length: BANDS }, (_, b) => {
    const row = filters.data.subarray(b * filters.width, (b + 1) * filters.width);
    const first = Math.max(
      0,
      row.findIndex((w) => w > 0),
    );
    let end = row.length;
    while (end > first && row[end - 1] === 0) end--;
    return { first, weights: Float64Array.from(row.subarray(first, end)) };
  });
}

/** Frames of a recording of `samples` samples: every frame whose centre lies inside, at least one. */
export function frameCount(samples: number): number {
  return Math.max(1, Math.floor((samples + HOP / 2) / HOP));
}

/** Computes band powers. Buffers are reused: not re-entrant. */
export class FrontEnd {
  private readonly fft = new RealFft(FFT_SIZE);
  private readonly window = hannPeriodic(WINDOW);
  private readonly bands = bands();
  private readonly signal = new Float64Array(FFT_SIZE);
  private readonly spectrum = new Float64Array(FFT_SIZE + 2);

  /**
   * Powers of frame `m` into `out` [BANDS] at `at`.
   * @param samples 16 kHz; sample 0 of the recording is `samples[-offset]`
   */
  powers(samples: Float32Array, m: number, out: Float32Array, at: number, offset = 0): void {
    const start = m * HOP + HOP / 2 - WINDOW / 2 - offset;
    for (let n = 0; n < WINDOW; n++) this.signal[n] = (samples[start + n] ?? 0) * this.window[n]!;
    this.fft.forward(this.signal, this.spectrum);
    for (const [b, { first, weights }] of this.bands.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) {
        const k = 2 * (first + i);
        sum += weights[i]! * (this.spectrum[k]! ** 2 + this.spectrum[k + 1]! ** 2);
      }
      out[at + b] = sum;
    }
  }

  /** Powers of a whole recording, [T, BANDS]. */
  all(samples: Float32Array): FrameMatrix {
    const frames = frameCount(samples.length);
    const data = new Float32Array(frames * BANDS);
    for (let m = 0; m < frames; m++) this.powers(samples, m, data, m * BANDS);
    return { data, frames, width: BANDS };
  }
}
