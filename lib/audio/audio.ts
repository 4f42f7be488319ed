/**
 * The two shapes that signals have in this project. Audio row: no files, no tensors, no network.
 */

/** Mono audio. Samples nominally in [-1, 1]. */
export interface Audio {
  readonly samples: Float32Array;
  /** samples per second */
  readonly sampleRate: number;
}

/** A sequence of equally long vectors, row-major `[frames, width]`: mel [T, M], content units [U, H]. */
export interface FrameMatrix {
  readonly data: Float32Array;
  readonly frames: number;
  readonly width: number;
}

/** Length of `audio` in seconds. */
export function durationSeconds(audio: Audio): number {
  return audio.samples.length / audio.sampleRate;
}
