/** Plays the noise of a sequence of frames: random phases, shaped in the frequency domain, overlapped and added. */
import { RealFft } from '../audio/fft';
import { Philox, streams } from '../random/philox';
import type { Frame } from './harmonic-noise-fit';

/** Linear interpolation from the mel bins' centres to FFT bins: bin k takes `low[k]` and its successor by `place[k]`. */
export interface BinWeights {
  readonly low: Int32Array;
  readonly place: Float64Array;
  /** 0 outside of the mel's range, else 1 */
  readonly inside: Uint8Array;
}

/** Weights for FFT bins 0 ... fftSize / 2; the range of the mel is [minHz, maxHz]. */
export function binWeights(
  centresHz: Float64Array,
  fftSize: number,
  sampleRate: number,
  range: { readonly minHz: number; readonly maxHz: number },
): BinWeights {
  const bins = fftSize / 2 + 1;
  const low = new Int32Array(bins);
  const place = new Float64Array(bins);
  const inside = new Uint8Array(bins);
  let i = 0;
  for (let k = 0; k < bins; k++) {
    const hz = (k * sampleRate) / fftSize;
    while (i < centresHz.length - 2 && centresHz[i + 1]! <= hz) i++;
    low[k] = i;
    place[k] = Math.min(1, Math.max(0, (hz - centresHz[i]!) / (centresHz[i + 1]! - centresHz[i]!)));
    inside[k] = hz >= range.minHz && hz <= range.maxHz ? 1 : 0;
  }
  return { low, place, inside };
}

/**
 * Adds noise to `out` [T * hopSize]: frame t, centred at t * hopSize + hopSize / 2, has the standard deviations
 * `frames[t].noise` over the mel bins' centres. Windows are the square root of Hann over 2 hops, so that the power of
 * independent neighbours adds up to a constant.
 */
export function addNoise(
  out: Float32Array,
  frames: readonly Frame[],
  hopSize: number,
  weights: BinWeights,
  seed: number,
): void {
  const size = 2 * hopSize;
  const fft = new RealFft(size);
  const spectrum = new Float64Array(size + 2);
  const sound = new Float64Array(size);
  const window = Float64Array.from({ length: size }, (_, n) => Math.sin((Math.PI * (n + 0.5)) / size));
  for (let t = 0; t < frames.length; t++) {
    const noise = frames[t]!.noise;
    const random = new Philox(seed, streams.vocoder, t);
    spectrum.fill(0);
    for (let k = 1; k < hopSize; k++) {
      const angle = 2 * Math.PI * random.uniform();
      if (weights.inside[k] === 0) continue;
      const i = weights.low[k]!;
      const level = (noise[i]! + weights.place[k]! * (noise[i + 1]! - noise[i]!)) * Math.sqrt(size);
      spectrum[2 * k] = level * Math.cos(angle);
      spectrum[2 * k + 1] = level * Math.sin(angle);
    }
    fft.inverse(spectrum, sound);
    const start = t * hopSize - hopSize / 2;
    for (let n = 0; n < size; n++) {
      const at = start + n;
      if (at >= 0 && at < out.length) out[at]! += window[n]! * sound[n]!;
    }
  }
}
