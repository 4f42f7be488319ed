/** Real Fourier transforms over one reused set of buffers (the radix-4 FFT itself is the library fft.js). */
import FFT from 'fft.js';

/**
 * FFT of real signals of a fixed power-of-two `size`.
 *
 * Spectra are interleaved, `[re0, im0, re1, im1, …]`, bins 0 … size/2: a `Float64Array` of `size + 2`. The forward
 * transform is not normalised (`X[k] = Σ x[n]·exp(-2πikn/size)`), the inverse divides by `size`. Not re-entrant.
 */
export class RealFft {
  /** number of bins, size/2 + 1 */
  readonly bins: number;
  private readonly fft: FFT;
  private readonly full: Float64Array;
  private readonly complex: Float64Array;

  /** @throws Error unless `size` is a power of two, at least 4 */
  constructor(readonly size: number) {
    if (size < 4 || !Number.isInteger(Math.log2(size))) {
      throw new Error(`Expected an FFT size that is a power of two and at least 4, got ${size}`);
    }
    this.bins = size / 2 + 1;
    this.fft = new FFT(size);
    this.full = new Float64Array(2 * size);
    this.complex = new Float64Array(2 * size);
  }

  /** Spectrum of `signal` [size] into `spectrum` [size + 2]. */
  forward(signal: Float64Array, spectrum: Float64Array): void {
    this.fft.realTransform(this.full, signal);
    spectrum.set(this.full.subarray(0, this.size + 2));
  }

  /** Signal [size] of a `spectrum` [size + 2]; the imaginary parts of the first and last bin are ignored. */
  inverse(spectrum: Float64Array, signal: Float64Array): void {
    const { complex, full, size } = this;
    complex.set(spectrum.subarray(0, size + 2));
    complex[1] = 0;
    complex[size + 1] = 0;
    this.fft.completeSpectrum(complex);
    this.fft.inverseTransform(full, complex);
    for (let n = 0; n < size; n++) signal[n] = full[2 * n]!;
  }
}
