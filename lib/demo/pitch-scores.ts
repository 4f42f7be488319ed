/** How well one F0 track follows another. */

export interface PitchScores {
  /** Pearson correlation of log F0 over the frames that are voiced in both; NaN where it has no meaning */
  readonly correlation: number;
  /** root mean square difference in cents over the same frames */
  readonly rmseCents: number;
  /** share of frames that only one of both calls voiced */
  readonly voicingError: number;
}

/** Pearson's correlation coefficient. */
function pearson(x: readonly number[], y: readonly number[]): number {
  const n = x.length;
  const meanX = x.reduce((a, b) => a + b, 0) / n;
  const meanY = y.reduce((a, b) => a + b, 0) / n;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xy += (x[i]! - meanX) * (y[i]! - meanY);
    xx += (x[i]! - meanX) ** 2;
    yy += (y[i]! - meanY) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

/**
 * Compares two F0 tracks frame by frame up to the end of the shorter one.
 * @param expectedHz Hz per frame, 0 = unvoiced
 * @param actualHz likewise, same frames
 */
export function comparePitch(expectedHz: Float32Array, actualHz: Float32Array): PitchScores {
  const frames = Math.min(expectedHz.length, actualHz.length);
  const expected: number[] = [];
  const actual: number[] = [];
  let differ = 0;
  for (let t = 0; t < frames; t++) {
    const [a, b] = [expectedHz[t]!, actualHz[t]!];
    if (a > 0 !== b > 0) differ++;
    if (!(a > 0 && b > 0)) continue;
    expected.push(1200 * Math.log2(a));
    actual.push(1200 * Math.log2(b));
  }
  const squares = expected.reduce((sum, cents, i) => sum + (cents - actual[i]!) ** 2, 0);
  return {
    correlation: pearson(expected, actual),
    rmseCents: Math.sqrt(squares / expected.length),
    voicingError: differ / frames,
  };
}
