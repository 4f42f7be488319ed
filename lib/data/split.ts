/** Which clips are kept from training to measure it by. */
import { createHash } from 'node:crypto';

/** at most this share of the clips validates: of few clips none can be spared */
const MAX_VALIDATION_SHARE = 0.2;
/** what the reference takes, whatever there is (spec section j) */
const REFERENCE_VALIDATION_ITEMS = 5;

/** How the split is made. */
export interface SplitOptions {
  readonly validationItems: number;
  readonly seed: number;
  /** `compat.training`: the last five in order of name */
  readonly lastFive: boolean;
}

/**
 * The names that validate. Disjoint from training by construction; training always keeps one at least (spec k.24), so
 * one clip alone gives none. Chosen by a hash of seed and name: the same names whatever the order or the machine, and
 * adding clips moves few.
 * @param names distinct, in any order
 */
export function chooseValidation(names: readonly string[], options: SplitOptions): ReadonlySet<string> {
  const most = names.length - 1;
  if (options.lastFive) {
    const count = Math.min(REFERENCE_VALIDATION_ITEMS, most);
    return new Set([...names].sort().slice(names.length - count));
  }
  const share = Math.max(1, Math.floor(names.length * MAX_VALIDATION_SHARE));
  const count = Math.max(0, Math.min(options.validationItems, share, most));
  const rank = (name: string) => createHash('sha256').update(`${options.seed}\0${name}`).digest('hex');
  const ranked = names.map((name) => ({ name, rank: rank(name) })).sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return new Set(ranked.slice(0, count).map(({ name }) => name));
}
