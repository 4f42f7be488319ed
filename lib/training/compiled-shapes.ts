/**
 * Shapes that a compiled step is made for. Every shape costs a trace, so batches are filled up to few of them. Which one is
 * a pure function of the batch and the configuration: a resumed run computes with the same shapes as an uninterrupted one.
 */
import type { Config } from '../config/schema';
import type { Batch } from '../data/batch';
import { roundUpToGrid } from '../tensor/few-shapes';
import type { BatchShape, BatchUse } from './trainer';

/** What a step is compiled for. */
export interface StepShape extends BatchShape {
  /** whether batches have fewer frames than this shape, so that the convolutions need a mask */
  readonly padded: boolean;
}

/** Sizes and lengths that are compiled. */
const stepsPerOctave = 4;

/**
 * The shape that a batch is computed in. Sizes that the configuration names are kept, since almost all batches have them;
 * so are the units of an encoder that hears all of them, padding included.
 */
export function stepShapeOf(batch: BatchShape, config: Config): StepShape {
  const { cropFrames, maxSentences } = config.training;
  const frames = batch.frames === cropFrames ? batch.frames : roundUpToGrid(batch.frames, stepsPerOctave);
  return {
    size: batch.size === maxSentences ? batch.size : roundUpToGrid(batch.size, stepsPerOctave),
    frames,
    units: config.model.noFs2 ? roundUpToGrid(batch.units, stepsPerOctave) : batch.units,
    padded: frames > batch.frames,
  };
}

/** A name for messages and signatures. */
export function shapeName({ size, frames, units, padded }: StepShape): string {
  return `${size}x${frames}x${units}${padded ? 'p' : ''}`;
}

/** Name of the function that computes batches of a shape. */
export function functionName(use: BatchUse, shape: StepShape): string {
  return `${use}/${shapeName(shape)}`;
}

/**
 * A batch filled up with items and frames of zeros; itself if it has the shape already.
 * @throws RangeError if it is larger than the shape
 */
export function padBatch(batch: Batch, shape: BatchShape): Batch {
  const { size, frames, units } = shape;
  if (batch.size > size || batch.frames > frames || batch.units > units) {
    throw new RangeError(
      `Expected a batch of at most ${size} items, ${frames} frames, ${units} units, ` +
        `got ${batch.size}, ${batch.frames}, ${batch.units}`,
    );
  }
  if (batch.size === size && batch.frames === frames && batch.units === units) return batch;
  const lengths = new Int32Array(size);
  lengths.set(batch.lengths);
  return {
    size,
    frames,
    units,
    mel: padRows(batch.mel, batch.size, batch.frames, size, frames),
    unitData: padRows(batch.unitData, batch.size, batch.units, size, units),
    mel2ph: padRows(batch.mel2ph, batch.size, batch.frames, size, frames),
    f0Log2: padRows(batch.f0Log2, batch.size, batch.frames, size, frames),
    lengths,
  };
}

/** [items, rows, …] with zeros behind its items and rows. */
export function padRows<T extends Float32Array | Int32Array>(
  data: T,
  items: number,
  rows: number,
  toItems: number,
  toRows: number,
): T {
  const width = data.length / (items * rows);
  const out = new (data.constructor as new (length: number) => T)(toItems * toRows * width);
  for (let item = 0; item < items; item++) {
    out.set(data.subarray(item * rows * width, (item + 1) * rows * width), item * toRows * width);
  }
  return out;
}
