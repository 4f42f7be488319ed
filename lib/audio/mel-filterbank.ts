/** The mel scale and its filters, as Slaney's Auditory Toolbox (1998) has them (spec section b, step 6). */
import type { FrameMatrix } from './audio';

const HZ_PER_MEL = 200 / 3;
/** above this frequency the scale is logarithmic */
const LOG_START_HZ = 1000;
const LOG_START_MEL = LOG_START_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

/** Slaney's mel scale: linear below 1 kHz, logarithmic above. */
export function hzToMel(hz: number): number {
  return hz < LOG_START_HZ ? hz / HZ_PER_MEL : LOG_START_MEL + Math.log(hz / LOG_START_HZ) / LOG_STEP;
}

/** Inverse of `hzToMel`. */
export function melToHz(mel: number): number {
  return mel < LOG_START_MEL ? mel * HZ_PER_MEL : LOG_START_HZ * Math.exp(LOG_STEP * (mel - LOG_START_MEL));
}

/** What decides the filters; `AudioConfig` satisfies it. */
export interface FilterbankConfig {
  readonly sampleRate: number;
  readonly fftSize: number;
  readonly melBins: number;
  readonly fminHz: number;
  readonly fmaxHz: number;
}

/** Edges and peaks of the triangles: melBins + 2 points in Hz, equally spaced in mel; filter i peaks at point i + 1. */
export function melPointsHz(config: FilterbankConfig): Float64Array {
  const low = hzToMel(config.fminHz);
  const step = (hzToMel(config.fmaxHz) - low) / (config.melBins + 1);
  return Float64Array.from({ length: config.melBins + 2 }, (_, i) => melToHz(low + i * step));
}

/**
 * Triangular filters [melBins, fftSize/2 + 1], each of area 1 over Hz (factor 2/(f[i+2] − f[i])), float32.
 * Spec section b, step 6.
 */
export function melFilterbank(config: FilterbankConfig): FrameMatrix {
  const width = config.fftSize / 2 + 1;
  const points = melPointsHz(config);
  const data = new Float32Array(config.melBins * width);
  for (let i = 0; i < config.melBins; i++) {
    const [left, peak, right] = [points[i]!, points[i + 1]!, points[i + 2]!];
    for (let k = 0; k < width; k++) {
      const hz = (k * config.sampleRate) / config.fftSize;
      const height = Math.min((hz - left) / (peak - left), (right - hz) / (right - peak));
      if (height > 0) data[i * width + k] = (height * 2) / (right - left);
    }
  }
  return { data, frames: config.melBins, width };
}
