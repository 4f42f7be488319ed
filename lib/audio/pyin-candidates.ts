/** From YIN's troughs to pitch candidates with probabilities (Mauch and Dixon 2014, section 2.1). */
import type { Trough } from './yin';

/** One possible pitch of a frame. */
export interface PitchCandidate {
  readonly hz: number;
  readonly probability: number;
}

/** share of the probability that the deepest trough still gets when no trough is below the threshold */
const ABSOLUTE_MINIMUM_WEIGHT = 0.01;

/** Distribution function of Beta(2, 18), the prior of YIN's threshold; its mean is 0.1. */
function thresholdPrior(threshold: number): number {
  const x = Math.min(1, Math.max(0, threshold));
  return 1 - (1 - x) ** 18 * (1 + 18 * x);
}

/**
 * Probability of every trough to be the one that YIN picks, when its threshold is drawn from the prior: YIN takes the
 * first trough below the threshold, so trough i is taken for all thresholds between its own depth and the least depth
 * before it. (The paper sums over 100 thresholds; this is the limit of ever finer ones.)
 */
export function pitchCandidates(troughs: readonly Trough[], rate: number): PitchCandidate[] {
  const candidates: PitchCandidate[] = [];
  let least = 1;
  for (const { lag, depth } of troughs) {
    if (depth >= least) continue;
    candidates.push({ hz: rate / lag, probability: thresholdPrior(least) - thresholdPrior(depth) });
    least = depth;
  }
  const deepest = candidates.pop();
  if (deepest) {
    const probability = deepest.probability + ABSOLUTE_MINIMUM_WEIGHT * thresholdPrior(least);
    candidates.push({ hz: deepest.hz, probability });
  }
  return candidates;
}
