/** The best way to read a sequence of phones out of posteriors. */
import type { FrameMatrix } from '../../audio/audio';

export interface ForcedAlignment {
  /** mean over the frames of log p(phone of the frame); -Infinity if there are fewer frames than phones */
  readonly score: number;
  /** column of every frame [T]; empty if the phones do not fit */
  readonly path: Int32Array;
}

/** Under the probabilities: one frame cannot rule a sentence out. */
const LEAST = 1e-4;

/**
 * Viterbi's best path (1967) of `phones` through `posteriors` [T, classes]: every phone takes a frame or more, in order;
 * those equal to `silence` may be left out.
 * @param phones columns, in order
 */
export function alignPhones(
  posteriors: FrameMatrix,
  phones: readonly number[],
  silence: number,
): ForcedAlignment {
  const { frames, width, data } = posteriors;
  const states = phones.length;
  const from = new Int32Array(frames * states).fill(-1);
  let best = new Float64Array(states).fill(-Infinity);
  const log = (t: number, s: number): number => Math.log(Math.max(LEAST, data[t * width + phones[s]!]!));
  if (frames > 0)
    for (let s = 0; s < states && (s === 0 || phones[s - 1] === silence); s++) best[s] = log(0, s);
  for (let t = 1; t < frames; t++) {
    const next = new Float64Array(states);
    for (let s = 0; s < states; s++) {
      let before = s;
      if (s > 0 && best[s - 1]! > best[before]!) before = s - 1;
      if (s > 1 && phones[s - 1] === silence && best[s - 2]! > best[before]!) before = s - 2;
      next[s] = best[before]! + log(t, s);
      from[t * states + s] = before;
    }
    best = next;
  }
  const skipsLast = phones[states - 1] === silence && (best[states - 2] ?? -Infinity) > best[states - 1]!;
  let state = skipsLast ? states - 2 : states - 1;
  const total = best[state] ?? -Infinity;
  if (!Number.isFinite(total)) return { score: -Infinity, path: new Int32Array(0) };
  const path = new Int32Array(frames);
  for (let t = frames - 1; t >= 0; state = from[t * states + state]!, t--) path[t] = phones[state]!;
  return { score: total / frames, path };
}
