import type { Audio } from './audio';

/** Where the frames of an F0 track lie: frame m is centred at sample `m * hopSize + hopSize / 2` of `sampleRate`. */
export interface PitchGrid {
  readonly sampleRate: number;
  readonly hopSize: number;
  /** number of frames wanted, T */
  readonly frames: number;
}

/** Anything that finds the fundamental frequency. */
export interface PitchEstimator {
  /** name + version + every parameter that matters; part of the feature-cache key */
  readonly id: string;
  /** F0 in Hz per frame [T]; 0 = unvoiced. */
  estimate(audio: Audio, grid: PitchGrid): Promise<Float32Array>;
}
