/** Which items share a batch. Pure; the order of batches is in `batch-schedule.ts`. */
import { UserError } from '../config/errors';

/** Limits of one batch. */
export interface BatchLimits {
  /** most frames of a batch, padding included: items times longest item */
  readonly maxTokens: number;
  /** most items of a batch */
  readonly maxSentences: number;
}

/**
 * Fills batches in the given order: a batch is closed when it is full or when the next item, with all items padded to
 * the longest, would exceed the frame budget (spec section g, Batches).
 * @param lengths frames of each item, in the order of filling (ascending wastes least padding)
 * @returns positions in `lengths`, batch by batch
 * @throws UserError `item-exceeds-batch` if an item alone exceeds `maxTokens` (spec k.24)
 */
export function planBatches(lengths: ArrayLike<number>, limits: BatchLimits): number[][] {
  const batches: number[][] = [];
  let current: number[] = [];
  let longest = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!;
    if (length > limits.maxTokens) {
      throw new UserError(
        'item-exceeds-batch',
        `Expected every item to fit one batch of maxTokens ${limits.maxTokens} frames, got an item of ${length} frames`,
        'Raise training.maxTokens, lower training.maxFrames, or set training.cropFrames.',
      );
    }
    const withNext = Math.max(longest, length);
    const full = current.length >= limits.maxSentences;
    if (current.length > 0 && (full || (current.length + 1) * withNext > limits.maxTokens)) {
      batches.push(current);
      current = [];
      longest = 0;
    }
    current.push(i);
    longest = Math.max(longest, length);
  }
  if (current.length > 0) batches.push(current);
  return batches;
}
