/** Compares one computed tensor with the fixture's. */

/** Outcome of one tensor. The worst element is the one that comes nearest to, or furthest beyond, its bound. */
export interface Comparison {
  readonly ok: boolean;
  /** |computed - fixture| at the worst element */
  readonly error: number;
  /** atol + rtol * |fixture| at the worst element */
  readonly bound: number;
  readonly index: number;
  /** what is wrong beyond a large error: length, NaN */
  readonly problem?: string;
}

/** Bound of a tensor: `|a - b| <= atol + rtol * |b|`, b = fixture. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** Error as a fraction of its bound; where the bound is 0 only equality is within it. NaN stays NaN. */
function fractionOf(error: number, bound: number): number {
  if (bound > 0 || Number.isNaN(error)) return error / bound;
  return error === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/**
 * Compares element by element. A NaN passes where the fixture has one too (uninitialised memory that travels in
 * checkpoints, spec k.12); on one side alone it never does, and neither does another number of elements.
 */
export function compare(
  computed: ArrayLike<number>,
  fixture: ArrayLike<number>,
  tolerance: Tolerance,
): Comparison {
  if (computed.length !== fixture.length) {
    const problem = `expected ${fixture.length} elements, got ${computed.length}`;
    return { ok: false, error: Number.NaN, bound: tolerance.atol, index: -1, problem };
  }
  let worst = { fraction: -1, error: 0, bound: tolerance.atol, index: -1 };
  for (let index = 0; index < fixture.length; index++) {
    if (Number.isNaN(computed[index]!) && Number.isNaN(fixture[index]!)) continue;
    const error = Math.abs(computed[index]! - fixture[index]!);
    const bound = tolerance.atol + tolerance.rtol * Math.abs(fixture[index]!);
    const fraction = fractionOf(error, bound);
    if (Number.isNaN(fraction)) return { ok: false, error, bound, index, problem: `NaN at element ${index}` };
    if (fraction > worst.fraction) worst = { fraction, error, bound, index };
  }
  return { ok: worst.fraction <= 1, error: worst.error, bound: worst.bound, index: worst.index };
}
