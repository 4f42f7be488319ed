/** The range that mels are normalised by, per bin, taken from the data (spec section j). */
import type { FrameMatrix } from '../audio/audio';

/** log10 units [M] each. */
export interface SpecRange {
  readonly specMin: readonly number[];
  readonly specMax: readonly number[];
}

/**
 * Least distance of the two, log10 units. A bin where nothing ever sounds has both at the floor: normalising would
 * divide by zero (spec k.3), and a hair's breadth would blow up rounding to full scale.
 */
export const MIN_SPEC_SPAN = 0.1;

/** Smallest and largest value of every bin over all frames of `mels`; `specMax` is raised where they lie too close. */
export function specRange(mels: readonly FrameMatrix[]): SpecRange {
  const width = mels[0]!.width;
  const specMin = new Array<number>(width).fill(Number.POSITIVE_INFINITY);
  const specMax = new Array<number>(width).fill(Number.NEGATIVE_INFINITY);
  for (const { data } of mels) {
    for (let i = 0; i < data.length; i++) {
      const bin = i % width;
      if (data[i]! < specMin[bin]!) specMin[bin] = data[i]!;
      if (data[i]! > specMax[bin]!) specMax[bin] = data[i]!;
    }
  }
  return { specMin, specMax: specMax.map((max, bin) => Math.max(max, specMin[bin]! + MIN_SPEC_SPAN)) };
}
