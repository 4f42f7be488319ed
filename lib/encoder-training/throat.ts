/**
 * Sings envelopes at any pitch with any vocal tract, straight into band powers: a voiced sound is a sum of harmonics, and
 * what one harmonic gives each band is known (the window's spectrum through the filters), so no samples are needed.
 */
import { BANDS, type Band, bands, FFT_SIZE, SAMPLE_RATE } from '../encoder/phone-net/front-end';
import { COEFFICIENTS } from './envelope';

const WINDOW = 400;
/** Points of an envelope: 0 ... 8 kHz. */
const POINTS = 129;
const POINT_HZ = SAMPLE_RATE / 2 / (POINTS - 1);
const STEPS_PER_BIN = 8;
const BIN_HZ = SAMPLE_RATE / FFT_SIZE;
/** Half the width in FFT bins of what a sinusoid is in: the window's main lobe (2 bins of its own) and two side lobes. */
const LOBE = (4 * FFT_SIZE) / WINDOW;
/** The envelope lies on the peaks of a noise, this much of log magnitude above its mean power. */
const NOISE_PEAKS = 0.55;

/** Share of a sinusoid's peak power that is found `x` FFT bins away from it (Hann window). */
function lobePower(x: number): number {
  const u = (x * WINDOW) / FFT_SIZE;
  if (Math.abs(u) < 1e-6) return 1;
  if (Math.abs(Math.abs(u) - 1) < 1e-6) return 0.25;
  return (Math.sin(Math.PI * u) / (Math.PI * u * (1 - u * u))) ** 2;
}

/** What is sung with: see `drawThroat`. */
export interface Throat {
  /** factor on the frequencies of the envelope */
  readonly warp: number;
  /** how much more the low end is warped than the high end, as exponent at 0 Hz */
  readonly bend: number;
  /** decay of the cepstrum per coefficient: > 0 broadens the formants */
  readonly blur: number;
  /** above, voiced sounds are noise, Hz */
  readonly voicedHz: number;
  /** power of breath beside the harmonics */
  readonly breath: number;
}

/** Tables for rendering; buffers are reused: not re-entrant. */
export class ThroatRenderer {
  private readonly bands = bands();
  private readonly cosines: Float64Array;
  private readonly envelope = new Float64Array(POINTS);
  private readonly rows: { readonly first: number; readonly values: Float64Array }[];
  private readonly noiseBins: readonly Band[];

  constructor() {
    this.cosines = new Float64Array(POINTS * COEFFICIENTS);
    for (let i = 0; i < POINTS; i++) {
      for (let n = 0; n < COEFFICIENTS; n++) {
        this.cosines[i * COEFFICIENTS + n] = (n === 0 ? 1 : 2) * Math.cos((Math.PI * n * i) / (POINTS - 1));
      }
    }
    this.rows = Array.from({ length: (FFT_SIZE / 2 + 1) * STEPS_PER_BIN }, (_, r) =>
      this.answer(r / STEPS_PER_BIN),
    );
    this.noiseBins = this.bands;
  }

  /** What all bands get of a sinusoid of peak power 1 at FFT bin `place`. */
  private answer(place: number): { first: number; values: Float64Array } {
    const values = this.bands.map(({ first, weights }) => {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) {
        const x = first + i - place;
        if (Math.abs(x) < LOBE) sum += weights[i]! * lobePower(x);
      }
      return sum;
    });
    const first = Math.max(
      0,
      values.findIndex((v) => v > 0),
    );
    let end = values.length;
    while (end > first && values[end - 1] === 0) end--;
    return { first, values: Float64Array.from(values.slice(first, end)) };
  }

  /** Logarithm of magnitude over 0 ... 8 kHz of a cepstrum, warped. */
  private shape(cepstrum: Float32Array, throat: Throat): void {
    const { envelope, cosines } = this;
    const { raw, decayed } = this;
    for (let n = 0; n < COEFFICIENTS; n++) decayed[n] = cepstrum[n]! * Math.exp(-throat.blur * n);
    for (let i = 0; i < POINTS; i++) {
      let sum = 0;
      const row = i * COEFFICIENTS;
      for (let n = 0; n < COEFFICIENTS; n++) sum += cosines[row + n]! * decayed[n]!;
      raw[i] = sum;
    }
    for (let i = 0; i < POINTS; i++) {
      const x = i / (POINTS - 1);
      const from = Math.min(POINTS - 1, i / (throat.warp * Math.exp(throat.bend * (1 - x) ** 2)));
      const low = Math.floor(from);
      const high = Math.min(POINTS - 1, low + 1);
      envelope[i] = raw[low]! + (from - low) * (raw[high]! - raw[low]!);
    }
  }

  private readonly raw = new Float64Array(POINTS);
  private readonly decayed = new Float64Array(COEFFICIENTS);

  private at(hz: number): number {
    const place = Math.min(POINTS - 1.001, hz / POINT_HZ);
    const low = Math.floor(place);
    return this.envelope[low]! + (place - low) * (this.envelope[low + 1]! - this.envelope[low]!);
  }

  /**
   * Band powers of one frame into `out` [BANDS].
   * @param cepstrum envelope [COEFFICIENTS]
   * @param f0Hz 0 for noise
   * @param noise draws of N(0, 1) [BANDS]: how far each band of noise is from its mean
   */
  render(cepstrum: Float32Array, f0Hz: number, throat: Throat, noise: Float32Array, out: Float64Array): void {
    this.shape(cepstrum, throat);
    out.fill(0);
    if (f0Hz > 0) this.addHarmonics(f0Hz, throat, out);
    for (let b = 0; b < BANDS; b++) {
      const { first, weights } = this.noiseBins[b]!;
      const centre = (first + (weights.length - 1) / 2) * BIN_HZ;
      const share = f0Hz === 0 || centre > throat.voicedHz ? 1 : throat.breath;
      if (share === 0) continue;
      let area = 0;
      for (let i = 0; i < weights.length; i++) area += weights[i]!;
      // The deviation of a log of mean of about weights.length / 2 independent exponential powers.
      const spread = Math.min(1, 1.2 / Math.sqrt(Math.max(1, weights.length / 2)));
      const level = 2 * (this.at(centre) - NOISE_PEAKS) + spread * noise[b]!;
      out[b]! += share * area * Math.exp(level);
    }
  }

  private addHarmonics(f0Hz: number, throat: Throat, out: Float64Array): void {
    const top = Math.min(throat.voicedHz, SAMPLE_RATE / 2 - f0Hz);
    for (let hz = f0Hz; hz < top; hz += f0Hz) {
      const power = Math.exp(2 * this.at(hz));
      const { first, values } = this.rows[Math.round((hz / BIN_HZ) * STEPS_PER_BIN)]!;
      for (let i = 0; i < values.length; i++) out[first + i]! += power * values[i]!;
    }
  }
}
