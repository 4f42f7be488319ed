/** The last cents of an F0 estimate: a look at one frame's period alone, centred on the frame. */
import { parabolicMinimum } from './yin';

/** a window this long, or two periods if that is more: short, so that vibrato is not flattened */
const WINDOW_SECONDS = 0.02;
/** several periods are compared at once up to this lag: the interpolation error is divided by their number */
const MAX_LAG_SECONDS = 0.012;
/** how much worse several periods may match than one, before they are no longer the same note */
const MATCH_SLACK = 0.05;

/** Mismatch of two stretches of `size` samples, `lag` apart and lying evenly about `centre`: 0 = equal, 1 = unrelated. */
function mismatch(samples: Float64Array, centre: number, lag: number, size: number): number {
  const first = Math.round(centre - (size + lag) / 2);
  let difference = 0;
  let power = 0;
  for (let i = Math.max(0, first), end = Math.min(first + size, samples.length - lag); i < end; i++) {
    const [a, b] = [samples[i]!, samples[i + lag]!];
    difference += (a - b) * (a - b);
    power += a * a + b * b;
  }
  return power > 0 ? difference / power : 1;
}

/** Best lag near `lag`: the lowest of the whole lags around it, then a parabola. */
function bestLag(
  samples: Float64Array,
  centre: number,
  lag: number,
  size: number,
): { lag: number; value: number } | null {
  let at = Math.round(lag);
  let values = [-1, 0, 1].map((step) => mismatch(samples, centre, at + step, size));
  if (values[1]! > Math.min(values[0]!, values[2]!)) {
    at += values[0]! < values[2]! ? -1 : 1;
    values = [-1, 0, 1].map((step) => mismatch(samples, centre, at + step, size));
  }
  if (values[1]! > Math.min(values[0]!, values[2]!)) return null;
  const { shift, value } = parabolicMinimum(values[0]!, values[1]!, values[2]!);
  return { lag: at + shift, value };
}

/**
 * Refines a period by comparing one, then two, four, … periods around the frame's centre.
 * @param samples at `rate`, @param centre sample at the middle of the frame, @param hz estimate within a few percent
 * @returns Hz, and the mismatch of neighbouring periods right at the centre: 0 = equal, 1 = unrelated. Where the signal
 *   shows no period near `hz`, that and the mismatch at it.
 */
export function refineHz(
  samples: Float64Array,
  rate: number,
  centre: number,
  hz: number,
): { hz: number; mismatch: number } {
  const size = Math.round(Math.max(WINDOW_SECONDS * rate, (2 * rate) / hz));
  const one = bestLag(samples, centre, rate / hz, size);
  if (!one) return { hz, mismatch: mismatch(samples, centre, Math.round(rate / hz), size) };
  let period = one.lag;
  for (let periods = 2; period * periods <= MAX_LAG_SECONDS * rate; periods *= 2) {
    const several = bestLag(samples, centre, period * periods, size);
    if (!several || several.value > one.value + MATCH_SLACK) break;
    period = several.lag / periods;
  }
  return { hz: rate / period, mismatch: one.value };
}
