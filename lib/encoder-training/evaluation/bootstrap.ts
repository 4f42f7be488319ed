/** How far a figure would move with other material. */
import { Philox, streams } from '../../random/philox';

const ROUNDS = 2000;

/**
 * The middle 95 % of `figure` over resamplings of `items` with replacement (Efron 1979, percentile method).
 * @param seed the same seed gives the same interval
 */
export function bootstrapInterval<T>(
  items: readonly T[],
  figure: (items: readonly T[]) => number,
  seed: number,
): readonly [number, number] {
  const values = Float64Array.from({ length: ROUNDS }, (_, round) => {
    const random = new Philox(seed, streams.order, round);
    return figure(items.map(() => items[random.integer(items.length)]!));
  }).sort();
  return [values[Math.floor(0.025 * ROUNDS)]!, values[Math.ceil(0.975 * ROUNDS) - 1]!];
}
