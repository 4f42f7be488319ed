/** What a training step eats. Types only. */
import type { FrameMatrix } from '../audio/audio';

/** Features of one clip, ready for the model. */
export interface TrainingItem {
  readonly name: string;
  /** model mel, log10 units [T, M] */
  readonly mel: FrameMatrix;
  /** content units padded to the hidden size [U, H] */
  readonly units: FrameMatrix;
  /** 1-based unit of each mel frame [T]; 0 = none (padding only) */
  readonly mel2ph: Int32Array;
  /** log2 Hz, interpolated through unvoiced frames [T] (spec section c) */
  readonly f0Log2: Float32Array;
}

/** Items padded to one length. All row-major. */
export interface Batch {
  /** B */
  readonly size: number;
  /** T of the longest item */
  readonly frames: number;
  /** U of the longest item */
  readonly units: number;
  /** [B, T, M], padding 0 */
  readonly mel: Float32Array;
  /** [B, U, H], padding 0 */
  readonly unitData: Float32Array;
  /** [B, T], padding 0 */
  readonly mel2ph: Int32Array;
  /** [B, T], padding 0 */
  readonly f0Log2: Float32Array;
  /** real frames of each item [B] */
  readonly lengths: Int32Array;
}
