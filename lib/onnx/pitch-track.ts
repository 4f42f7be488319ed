/** From the frames of a pitch net to the frames of the mel. */
import type { PitchGrid } from '../audio/pitch-estimator';

/** F0 as a net gives it: frame k is centred at `k * periodSeconds`. */
export interface PitchTrack {
  /** Hz per frame; 0 = unvoiced */
  readonly hz: ArrayLike<number>;
  readonly periodSeconds: number;
}

/**
 * F0 at the grid's frames [T]: between two voiced frames on a straight line in log2 Hz, beside an unvoiced one as the
 * nearer of the two.
 */
export function onGrid({ hz, periodSeconds }: PitchTrack, grid: PitchGrid): Float32Array {
  const out = new Float32Array(grid.frames);
  const last = hz.length - 1;
  for (let m = 0; m < grid.frames; m++) {
    const at = Math.min(last, ((m + 0.5) * grid.hopSize) / grid.sampleRate / periodSeconds);
    const before = Math.floor(at);
    const [a, b] = [hz[before] ?? 0, hz[Math.min(last, before + 1)] ?? 0];
    const share = at - before;
    if (a > 0 && b > 0) out[m] = a * (b / a) ** share;
    else out[m] = share < 0.5 ? a : b;
  }
  return out;
}
