import { MAPPED } from './reference-table';
import { configSchema } from './schema';

/**
 * The known key that someone probably meant: the reference's name for it (`lr`), the same name in another section or
 * spelling, or the nearest by edit distance. null if nothing is near.
 * @param path of the unknown key, e.g. `['training', 'learningrate']`
 */
export function suggestKey(path: readonly string[]): string | null {
  const translated = Object.hasOwn(MAPPED, path.at(-1)!) ? MAPPED[path.at(-1)!]![0] : undefined;
  if (translated) return translated;
  const wanted = plain(path.at(-1)!);
  const inSection = (known: readonly string[]) => known.slice(0, -1).join() === path.slice(0, -1).join();
  let best: { path: readonly string[]; distance: number } | null = null;
  for (const known of knownKeys()) {
    // a key of the same section wins over an equally near one elsewhere
    const distance = editDistance(wanted, plain(known.at(-1)!)) + (inSection(known) ? 0 : 0.5);
    if (!best || distance < best.distance) best = { path: known, distance };
  }
  return best && best.distance <= Math.max(1, wanted.length / 3) ? best.path.join('.') : null;
}

/** Paths of all sections and keys, from the defaults. */
function knownKeys(): string[][] {
  const walk = (value: unknown, path: string[]): string[][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...walk(inner, [...path, key])])
      : [];
  return walk(configSchema.parse({}), []);
}

function plain(key: string): string {
  return key
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 40);
}

/** Levenshtein distance: insertions, deletions and replacements from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
