/** The nearest of many vectors, by brute force: one matrix product per block, then a selection. */
import * as tf from '@tensorflow/tfjs';
import type { FrameMatrix } from '../audio/audio';

/** Products held at once; 16 MB. */
const BLOCK_VALUES = 4_000_000;

/** For every query its k nearest keys, nearest first: row-major [queries, k]. */
export interface Neighbours {
  readonly k: number;
  readonly indices: Int32Array;
  /** squared Euclidean distances */
  readonly squared: Float32Array;
}

/** Sums of squares of the rows. */
function rowEnergies({ data, frames, width }: FrameMatrix): Float64Array {
  const out = new Float64Array(frames);
  for (let i = 0; i < data.length; i++) out[Math.floor(i / width)]! += data[i]! ** 2;
  return out;
}

/** Inserts the k smallest of energies - 2 products (one row of products) into row `q` of `found`, equal ones in order. */
function select(
  products: Float32Array,
  at: number,
  keyEnergies: Float64Array,
  found: Neighbours,
  q: number,
): void {
  const { k, indices, squared } = found;
  const base = q * k;
  squared.fill(Infinity, base, base + k);
  let worst = Infinity;
  for (let j = 0; j < keyEnergies.length; j++) {
    const value = keyEnergies[j]! - 2 * products[at + j]!;
    if (value >= worst) continue;
    let place = k - 1;
    while (place > 0 && squared[base + place - 1]! > value) {
      squared[base + place] = squared[base + place - 1]!;
      indices[base + place] = indices[base + place - 1]!;
      place--;
    }
    squared[base + place] = value;
    indices[base + place] = j;
    worst = squared[base + k - 1]!;
  }
}

/**
 * The `k` (at most as many as there are keys) nearest keys of every query, Euclidean; of equally near ones the first.
 * @param queries [Q, D]; @param keys [N, D], N > 0
 */
export function nearest(queries: FrameMatrix, keys: FrameMatrix, k: number): Neighbours {
  if (keys.frames === 0 || keys.width !== queries.width) {
    throw new Error(`Expected keys [1 or more, ${queries.width}], got [${keys.frames}, ${keys.width}]`);
  }
  const count = Math.min(k, keys.frames);
  const found: Neighbours = {
    k: count,
    indices: new Int32Array(queries.frames * count),
    squared: new Float32Array(queries.frames * count),
  };
  const keyEnergies = rowEnergies(keys);
  const energies = rowEnergies(queries);
  const block = Math.max(1, Math.floor(BLOCK_VALUES / keys.frames));
  const keyTensor = tf.tensor2d(keys.data, [keys.frames, keys.width]);
  for (let from = 0; from < queries.frames; from += block) {
    const rows = Math.min(block, queries.frames - from);
    const part = queries.data.subarray(from * queries.width, (from + rows) * queries.width);
    // Read outside of the tidy: it would walk over every value of an array that it returns.
    const product = tf.tidy(() =>
      tf.matMul(tf.tensor2d(part, [rows, queries.width]), keyTensor, false, true),
    );
    const products = product.dataSync() as Float32Array;
    product.dispose();
    for (let r = 0; r < rows; r++) select(products, r * keys.frames, keyEnergies, found, from + r);
  }
  keyTensor.dispose();
  // Rounding may leave a distance of 0 slightly below.
  for (let i = 0; i < found.squared.length; i++) {
    found.squared[i] = Math.max(0, found.squared[i]! + energies[Math.floor(i / count)]!);
  }
  return found;
}
