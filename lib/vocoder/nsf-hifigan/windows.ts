/**
 * A long song in pieces of few lengths. A window that begins where the song begins, or ends where it ends, has the same
 * zeros beyond its end as the song; at its other end it is wrong as far as the network sees, and that much overlaps.
 */
import type { NsfConfig } from './config';

/** A piece of a song, in frames. */
export interface Window {
  readonly start: number;
  readonly size: number;
  /** what of it is kept: frames `from` to `to` of the song */
  readonly from: number;
  readonly to: number;
}

/** Values on either side that a convolution sees. */
function reach(kernel: number, dilation: number): number {
  return (dilation * (kernel - 1)) / 2;
}

/**
 * Frames at a window's end that depend on what lies beyond it, rounded up. Counted forwards, layer by layer: of so many
 * values the next layer makes so many wrong ones.
 */
export function haloFrames(config: NsfConfig): number {
  const paired = config.resblock === '1';
  const blocks = config.resblockKernels.map((kernel, j) =>
    config.resblockDilations[j]!.slice(0, paired ? 3 : 2).reduce(
      (sum, dilation) => sum + reach(kernel, dilation) + (paired ? reach(kernel, 1) : 0),
      0,
    ),
  );
  const ends = reach(7, 1);
  const wrong = config.upsampleRates.reduce((frames, rate, i) => {
    const kernel = config.upsampleKernels[i]!;
    // Value f * rate + tap - padding is made of f; the source's convolution spoils one value at most.
    const upsampled = (frames - 1) * rate + kernel - (kernel - rate) / 2;
    return Math.max(upsampled, 1) + Math.max(...blocks);
  }, ends);
  return Math.ceil((wrong + ends) / config.hopSize);
}

/**
 * Sizes of windows that cover `frames`, with the fewest frames in all.
 * @param sizes that windows may have, each more than twice the halo and at most `frames`
 */
function chooseSizes(frames: number, halo: number, sizes: readonly number[]): number[] {
  const largest = Math.max(...sizes);
  const known = new Map<number, readonly number[]>();
  const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  // Every window but one covers two halos less than it has.
  const cover = (rest: number): readonly number[] => {
    if (rest <= 0) return [];
    const best =
      known.get(rest) ??
      sizes.map((size) => [size, ...cover(rest - size + 2 * halo)]).sort((a, b) => total(a) - total(b))[0]!;
    known.set(rest, best);
    return best;
  };
  const inner = largest - 2 * halo;
  const whole = Math.max(0, Math.floor((frames - 2 * halo) / inner) - 1);
  const chosen = cover(frames - 2 * halo - whole * inner);
  return [...new Array<number>(whole).fill(largest), ...chosen].sort((a, b) => b - a);
}

/**
 * Cuts a song into windows. The last ends where the song ends, and overlaps its predecessor by more than it must.
 * @param sizes that windows may have, each more than twice the halo
 * @returns a single window, larger than the song, if that is shorter than all sizes
 */
export function planWindows(frames: number, halo: number, sizes: readonly number[]): Window[] {
  const fitting = sizes.filter((size) => size <= frames);
  if (fitting.length === 0) return [{ start: 0, size: Math.min(...sizes), from: 0, to: frames }];
  let from = 0;
  return chooseSizes(frames, halo, fitting).map((size, i, all) => {
    const start = i === all.length - 1 ? frames - size : Math.max(0, from - halo);
    const to = i === all.length - 1 ? frames : start + size - halo;
    const window = { start, size, from, to };
    from = to;
    return window;
  });
}
