/** Fewest insertions, deletions and substitutions that turn `a` into `b` (Levenshtein 1966). */
export function editDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, item] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (item === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
