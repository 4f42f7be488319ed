/** The target's own frames that a voice carries for retrieval at conversion. */
import type { FrameMatrix } from '../audio/audio';
import type { Config } from '../config/schema';
import type { TrainingItem } from '../data/batch';
import { selectFrames } from '../encoder/retrieval';

/** About eight minutes of frames; more do not change the neighbours much and make every checkpoint larger. */
const mostFrames = 40_000;

/**
 * Frames of the training items, without the zeros that pad them to the hidden size; null where retrieval is off.
 * @param unitSize width of the encoder's units
 */
export function retrievalFrames(
  dataset: { readonly training: readonly TrainingItem[] },
  unitSize: number,
  config: Config,
): FrameMatrix | null {
  if (config.features.retrievalNeighbours === 0) return null;
  const items = dataset.training.map(({ units }) => narrow(units, unitSize));
  return selectFrames(items, mostFrames, config.training.seed);
}

function narrow(units: FrameMatrix, width: number): FrameMatrix {
  if (units.width === width) return units;
  const data = new Float32Array(units.frames * width);
  for (let t = 0; t < units.frames; t++) {
    data.set(units.data.subarray(t * units.width, t * units.width + width), t * width);
  }
  return { data, frames: units.frames, width };
}
