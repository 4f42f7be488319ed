/** Whether a classifier is as sure as it is right. */

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017, eq. 3): the mean over equally wide
 * bins of the confidence, weighted by their counts, of |share of hits - mean confidence|.
 * @param confidence probability given to the answer [N], 0 to 1
 * @param correct whether the answer was right [N]
 * @returns NaN for N = 0
 */
export function calibrationError(
  confidence: readonly number[],
  correct: readonly boolean[],
  bins: number,
): number {
  const gap = new Float64Array(bins);
  for (const [i, p] of confidence.entries()) {
    const bin = Math.min(bins - 1, Math.floor(p * bins));
    gap[bin]! += (correct[i] ? 1 : 0) - p;
  }
  return gap.reduce((sum, g) => sum + Math.abs(g), 0) / confidence.length;
}
