/**
 * Replaces what is left of the source's voice in its units by the like of it in the target's own: every unit becomes the
 * mean of its nearest neighbours among the target's frames (Baas, van Niekerk and Kamper 2023, "Voice conversion with
 * just nearest neighbors").
 */
import type { FrameMatrix } from '../audio/audio';
import { Philox, streams } from '../random/philox';
import { nearest } from './retrieval-nearest';

/** How to look. */
export interface RetrievalOptions {
  /** neighbours that are averaged */
  readonly k: number;
  /** this many last values of a unit are not looked up but kept from the source; 1, the loudness, unless told */
  readonly kept?: number;
}

/** An index over the target's frames. */
export interface Retrieval {
  /** [U, width] to [U, width]; `units` must be as wide as the target's */
  retrieve(units: FrameMatrix): FrameMatrix;
}

/** Under the squared distance in the weights: an exact hit takes nearly all. */
const LEAST_DISTANCE = 1e-6;

/** The first `width` columns, each row of length 1: squared distances then are 2 - 2 cos. */
function directions(matrix: FrameMatrix, width: number): FrameMatrix {
  const data = new Float32Array(matrix.frames * width);
  for (let t = 0; t < matrix.frames; t++) {
    const row = matrix.data.subarray(t * matrix.width, t * matrix.width + width);
    const length = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
    if (length > 0)
      data.set(
        row.map((v) => v / length),
        t * width,
      );
  }
  return { data, frames: matrix.frames, width };
}

/**
 * Index over the target's own units [N, width], N > 0. Neighbours are by the cosine, weighted by 1 / (2 - 2 cos).
 * Needs a TensorFlow backend.
 * @throws Error if there is no frame or the widths differ
 */
export function createRetrieval(target: FrameMatrix, { k, kept = 1 }: RetrievalOptions): Retrieval {
  const width = target.width - kept;
  const keys = directions(target, width);
  const retrieve = (units: FrameMatrix): FrameMatrix => {
    if (units.width !== target.width) {
      throw new Error(`Expected units as wide as the target's, ${target.width}, got ${units.width}`);
    }
    const found = nearest(directions(units, width), keys, k);
    const data = units.data.slice();
    for (let t = 0; t < units.frames; t++) {
      const row = data.subarray(t * units.width, t * units.width + width).fill(0);
      let weights = 0;
      for (let i = t * found.k; i < (t + 1) * found.k; i++)
        weights += 1 / (found.squared[i]! + LEAST_DISTANCE);
      for (let i = t * found.k; i < (t + 1) * found.k; i++) {
        const share = 1 / (found.squared[i]! + LEAST_DISTANCE) / weights;
        const from = found.indices[i]! * target.width;
        for (let c = 0; c < width; c++) row[c]! += share * target.data[from + c]!;
      }
    }
    return { data, frames: units.frames, width: units.width };
  };
  return { retrieve };
}

/**
 * At most `most` frames of all `items` (equally wide) for the index, chosen at random by `seed`, in their order.
 * @throws Error if there is no item
 */
export function selectFrames(items: readonly FrameMatrix[], most: number, seed: number): FrameMatrix {
  const width = items[0]?.width;
  if (width === undefined) throw new Error('Expected at least one item to select frames from, got none');
  const rows = items.flatMap((item) =>
    Array.from({ length: item.frames }, (_, t) => item.data.subarray(t * width, (t + 1) * width)),
  );
  const chosen = new Philox(seed, streams.order).permutation(rows.length).subarray(0, most).sort();
  const data = new Float32Array(chosen.length * width);
  for (const [i, row] of chosen.entries()) data.set(rows[row]!, i * width);
  return { data, frames: chosen.length, width };
}
