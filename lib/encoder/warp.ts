/**
 * Moves a source's features to a target's without parallel recordings: nearest neighbours are looked for in both
 * directions, an affine map is fitted to the pairs, and so on (Erro, Moreno and Bonafonte 2010, "INCA algorithm for
 * training voice conversion systems from nonparallel corpora"). It finds the right pairs only from a fair start, which
 * the warp of the frequency axis gives; so every warp is tried, and the one that ends nearest is taken.
 */
import type { FrameMatrix } from '../audio/audio';
import { nearest } from './retrieval-nearest';
import { type Affine, applyAffine, fitAffine, identityAffine, thenNormalise } from './warp-affine';

/** exp(-0.24) ... exp(0.24): the ratio of vocal-tract lengths of a man and a child is about 1.3. */
const WARPS: readonly number[] = Array.from({ length: 9 }, (_, i) => Math.exp(0.06 * (i - 4)));
const NEIGHBOURS = 4;
const RIDGE = 0.05;
/** Frames of a source at which the pull to the identity is twice as strong: little material tells little. */
const FEW_FRAMES = 300;
const TRIAL_ROUNDS = 8;
const FINAL_ROUNDS = 16;
const LEAST_DEVIATION = 1e-3;

/** How a source's features become a target's. */
export interface Adaptation {
  readonly map: Affine;
  /** mean distance of source to target plus target to source, after the map */
  readonly distance: number;
}

/** Every block of `width` values of every row, mapped. */
function mapBlocks(rows: FrameMatrix, map: Affine): FrameMatrix {
  const data = new Float32Array(rows.data.length);
  for (let at = 0; at < data.length; at += map.width) applyAffine(map, rows.data, at, data, at);
  return { ...rows, data };
}

/** The middle block of every row: the frame itself without its neighbours. */
function middles(rows: FrameMatrix, width: number): Float32Array {
  const skip = (rows.width - width) / 2;
  const out = new Float32Array(rows.frames * width);
  for (let t = 0; t < rows.frames; t++) {
    out.set(rows.data.subarray(t * rows.width + skip, t * rows.width + skip + width), t * width);
  }
  return out;
}

/** Means of the `k` rows that each query found. */
function meansOf(found: { k: number; indices: Int32Array }, rows: Float32Array, width: number): Float32Array {
  const out = new Float32Array((found.indices.length / found.k) * width);
  for (const [i, index] of found.indices.entries()) {
    const to = Math.floor(i / found.k) * width;
    for (let c = 0; c < width; c++) out[to + c]! += rows[index * width + c]! / found.k;
  }
  return out;
}

/** Mean and standard deviation of every column of [n, width]. */
export function columnMoments(
  rows: Float32Array,
  width: number,
): { mean: Float64Array; deviation: Float64Array } {
  const count = rows.length / width;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count;
  for (let i = 0; i < rows.length; i++) deviation[i % width]! += (rows[i]! - mean[i % width]!) ** 2 / count;
  return { mean, deviation: deviation.map((v) => Math.max(LEAST_DEVIATION, Math.sqrt(v))) };
}

/** Two matrices of one width, one under the other. */
function joined(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Mean of the roots. */
function meanRoot(squared: Float32Array): number {
  return squared.reduce((sum, v) => sum + Math.sqrt(v), 0) / squared.length;
}

/**
 * Affine map of the source's features to the target's.
 * @param source frames with their neighbours [S, blocks * width], odd number of blocks, normalised, S > 0
 * @param target likewise [N, blocks * width]
 * @param width values of one frame
 */
export function adaptTo(source: FrameMatrix, target: FrameMatrix, width: number, rounds: number): Adaptation {
  const ridge = RIDGE * (1 + FEW_FRAMES / source.frames);
  const sourceFrames = middles(source, width);
  const targetFrames = middles(target, width);
  let map = identityAffine(width);
  let distance = Infinity;
  for (let round = 0; round < rounds; round++) {
    const moved = mapBlocks(source, map);
    const forth = nearest(moved, target, NEIGHBOURS);
    const back = nearest(target, moved, NEIGHBOURS);
    distance = meanRoot(forth.squared) + meanRoot(back.squared);
    const x = joined(sourceFrames, meansOf(back, sourceFrames, width));
    const y = joined(meansOf(forth, targetFrames, width), targetFrames);
    const fitted = fitAffine(x, y, width, ridge);
    // Means of neighbours vary less than the frames do; without this the features would shrink round by round.
    const { mean, deviation } = columnMoments(
      mapBlocks({ data: sourceFrames, frames: source.frames, width }, fitted).data,
      width,
    );
    map = thenNormalise(fitted, mean, deviation);
  }
  return { map, distance };
}

/**
 * The warp of the source's frequency axis and the affine map that bring it nearest to the target.
 * @param sourceAt the source's frames, as `adaptTo` takes them, by warp
 */
export function findWarp(
  sourceAt: (warp: number) => FrameMatrix,
  target: FrameMatrix,
  width: number,
): { readonly warp: number; readonly map: Affine } {
  let best = { warp: 1, distance: Infinity };
  for (const warp of WARPS) {
    const { distance } = adaptTo(sourceAt(warp), target, width, TRIAL_ROUNDS);
    if (distance < best.distance) best = { warp, distance };
  }
  return { warp: best.warp, map: adaptTo(sourceAt(best.warp), target, width, FINAL_ROUNDS).map };
}
