/** Which pieces of a song are sampled together. */

/** The shorter of two pieces takes as long as the longer one, and sampling them together saves about a tenth. */
const shortestShare = 0.9;

/**
 * Groups of pieces of about the same length.
 * @param lengths of the pieces
 * @param together most pieces of a group
 * @returns indices into `lengths`, every one once, longest first
 */
export function groupPieces(lengths: readonly number[], together: number): number[][] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const groups: number[][] = [];
  for (const i of order) {
    const group = groups.at(-1);
    const fits =
      group !== undefined && group.length < together && lengths[i]! >= shortestShare * lengths[group[0]!]!;
    if (fits) group.push(i);
    else groups.push([i]);
  }
  return groups;
}
