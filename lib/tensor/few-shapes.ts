/** Compiled functions cost a trace for every shape: lengths are filled up to few of them, and few shapes are kept. */

/**
 * The next number, at or above `n`, on a grid of so many values per octave; with 4 these are 1, 2, 3, 4, 5, 6, 7, 8, 10, 12,
 * 14, 16, 20, … At most 1 / perOctave of the work is wasted, half of that on average.
 * @param perOctave a power of 2
 */
export function roundUpToGrid(n: number, perOctave: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(n)) - Math.log2(perOctave));
  return Math.ceil(n / step) * step;
}

/** The shapes that were used last, by name; the one that was not used for longest makes room. */
export class RecentShapes<T> {
  private readonly shapes = new Map<string, T>();

  /** @param most how many are kept */
  constructor(private readonly most: number) {}

  /** Notes `shape` as the last one used. @returns whether it was there */
  use(name: string, shape: T): boolean {
    const known = this.shapes.delete(name);
    this.shapes.set(name, shape);
    if (this.shapes.size > this.most) this.shapes.delete(this.shapes.keys().next().value!);
    return known;
  }

  has(name: string): boolean {
    return this.shapes.has(name);
  }

  /** Names and shapes, the last one used at the end. */
  entries(): readonly (readonly [string, T])[] {
    return [...this.shapes];
  }
}
