/** Batches that mean nothing, for measuring how long an update takes. */
import type { Config } from '../config/schema';
import type { Batch } from '../data/batch';

/** Batch of made-up features with `size` items of `frames` frames: values in the range of real ones. */
export function madeUpBatch(config: Config, size: number, frames: number): Batch {
  const { melBins, hiddenSize } = config.model;
  const waves = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * 1.7));
  return {
    size,
    frames,
    units: frames,
    mel: waves(size * frames * melBins).map((v) => v - 2.5),
    unitData: waves(size * frames * hiddenSize),
    mel2ph: Int32Array.from({ length: size * frames }, (_, i) => (i % frames) + 1),
    f0Log2: waves(size * frames).map((v) => 8 + v / 4),
    lengths: new Int32Array(size).fill(frames),
  };
}
