/** Dynamic time warping within a band. */

/** One step of an alignment: frame `truth` belongs to frame `other`. */
export interface Match {
  readonly truth: number;
  readonly other: number;
  readonly distance: number;
}

/**
 * Cheapest monotonic alignment of two sequences whose frames lie at most `band` apart (Sakoe and Chiba 1978, symmetric
 * steps without extra weights). Sequences of unequal length are aligned up to the end of the shorter one.
 * @param distance of frame i of the truth and frame j of the other
 */
export function align(length: number, band: number, distance: (i: number, j: number) => number): Match[] {
  const width = 2 * band + 1;
  const local = new Float64Array(length * width).fill(Infinity);
  const total = new Float64Array(length * width).fill(Infinity);
  const at = (i: number, j: number): number => i * width + (j - i + band);
  const inside = (i: number, j: number): boolean => i >= 0 && j >= 0 && Math.abs(i - j) <= band;
  const totalAt = (i: number, j: number): number => (inside(i, j) ? total[at(i, j)]! : Infinity);
  for (let i = 0; i < length; i++) {
    for (let j = Math.max(0, i - band); j <= Math.min(length - 1, i + band); j++) {
      const here = (local[at(i, j)] = distance(i, j));
      const before = Math.min(totalAt(i - 1, j - 1), totalAt(i - 1, j), totalAt(i, j - 1));
      total[at(i, j)] = here + (i === 0 && j === 0 ? 0 : before);
    }
  }
  const path: Match[] = [];
  for (let i = length - 1, j = length - 1; i >= 0 && j >= 0; ) {
    path.push({ truth: i, other: j, distance: local[at(i, j)]! });
    const [diagonal, up, left] = [totalAt(i - 1, j - 1), totalAt(i - 1, j), totalAt(i, j - 1)];
    if (i === 0 && j === 0) break;
    if (diagonal <= up && diagonal <= left) [i, j] = [i - 1, j - 1];
    else if (up <= left) i--;
    else j--;
  }
  return path.reverse();
}
