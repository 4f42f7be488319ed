import type { FrameMatrix } from '../audio/audio';
import type { AudioConfig } from '../config/schema';
import { align } from './alignment';
import { melCepstra, rowDistance, scoredBins } from './cepstra';

/** How far the timing of two singers of the same score may lie apart. */
const BAND_SECONDS = 0.35;

/**
 * Mel-cepstral distortion in dB of `other` against `truth` (both model mels): cepstra 1-24 below 7.8 kHz, frames paired
 * by dynamic time warping within ±0.35 s, mean over the pairs whose true frame is voiced.
 * @param truthF0Hz F0 of the truth per frame; 0 = unvoiced
 * @returns NaN when nothing is voiced
 */
export function melCepstralDistortion(
  truth: FrameMatrix,
  truthF0Hz: Float32Array,
  other: FrameMatrix,
  config: AudioConfig,
): number {
  const bins = scoredBins(config);
  const a = melCepstra(truth, bins);
  const b = melCepstra(other, bins);
  const frames = Math.min(a.frames, b.frames);
  const band = Math.round((BAND_SECONDS * config.sampleRate) / config.hopSize);
  const pairs = align(frames, band, (i, j) => rowDistance(a, i, b, j));
  const voiced = pairs.filter((pair) => truthF0Hz[pair.truth]! > 0);
  return voiced.reduce((sum, pair) => sum + pair.distance, 0) / voiced.length;
}
